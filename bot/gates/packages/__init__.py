"""Here lives the gate "packages": a package that a change names anew must exist, be no stranger and
be no lookalike.

Models name packages that do not exist, and others register those names. The index is asked by
whoever has one; what it
said is judged here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.gates.packages.package_names import Named, new_names
from bot.gates.packages.popular_names import NODE, PYTHON
from bot.values import Finding, Package

__all__ = ["Named", "judged", "new_names"]

GATE = "packages"
YOUNG = timedelta(days=30)
SETTLED = timedelta(days=365)
SETTLED_RELEASES = 10
SHORTEST = 5  # letters, below which everything is near to something


def judged(named: Named, said: Package | None, now: datetime) -> Finding | None:
    """What is wrong with a package, by its name and by what the index says of it; None when nothing
    is.
    """
    if said is not None and not said.exists:
        return _finding(
            named,
            "unknown-package",
            f"There is no package `{named.name}` in the {named.kind} index.",
        )
    age = _age(said, now)
    settled = (
        said is not None and age is not None and age > SETTLED and said.releases >= SETTLED_RELEASES
    )
    if (near := _near(named)) and not settled:
        why = f"`{named.name}` is one letter away from `{near}`, which everybody uses: is that the one that is meant?"
        return _finding(named, "lookalike-package", why)
    if age is not None and age < YOUNG:
        why = f"`{named.name}` is {age.days} days old: a maintainer should look at it."
        return _finding(named, "young-package", why)
    if said is None and named.declared:
        return _finding(
            named,
            "unchecked-package",
            f"`{named.name}` is new, and no index was asked.",
            blocks=False,
        )
    return None


def _finding(named: Named, rule: str, text: str, *, blocks: bool = True) -> Finding:
    return Finding(GATE, named.path, named.line, text, blocks, rule)


def _age(said: Package | None, now: datetime) -> timedelta | None:
    try:
        return now - datetime.fromisoformat(said.first) if said and said.first else None
    except (ValueError, TypeError):  # a date that is none, or has no zone
        return None


def _near(named: Named) -> str:
    """The popular package that the name could be mistaken for."""
    popular = PYTHON if named.kind == "python" else NODE
    plain = named.name.casefold().replace("_", "-")
    if plain in popular or len(plain) < SHORTEST:
        return ""
    return next(
        (known for known in sorted(popular) if len(known) >= SHORTEST and _one_off(plain, known)),
        "",
    )


def _one_off(one: str, other: str) -> bool:
    """Whether one letter was added, left out, changed, or two were swapped."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    head = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    a, b = one[head:], other[head:]
    swapped = len(a) > 1 and len(b) > 1 and (a[0], a[1]) == (b[1], b[0]) and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]
