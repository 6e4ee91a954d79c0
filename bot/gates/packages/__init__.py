"""Judge each package that a change names anew: it must exist, be known and be no lookalike.

Models name packages that do not exist, and others register those names. Whoever has an index asks
it; its answer is judged here (gate "packages").
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from bot.gates.change import Change
from bot.gates.packages.package_names import NamedPackage, find_new_packages
from bot.gates.packages.popular_names import NODE, PYTHON
from bot.search.source_files import kind_of
from bot.values import Finding, Package

__all__ = [
    "NamedPackage",
    "find_new_packages",
    "find_undeclared",
    "judge_package",
    "judge_undeclared",
]

GATE = "packages"
YOUNG = timedelta(days=30)
SETTLED = timedelta(days=365)
SETTLED_RELEASES = 10
IMPORTING = re.compile(r"\bimport\b|\bfrom\b|\brequire\(")
MIN_LETTERS = 5  # below which every name is near to some other


def judge_package(package: NamedPackage, entry: Package | None, now: datetime) -> Finding | None:
    """Find what is wrong with a package, by its name and its index' entry; None for nothing.

    `entry` is None when no index was asked.
    """
    name = package.name
    if entry is not None and not entry.exists:
        text = f"There is no package `{name}` in the {package.kind} index."
        return _make_finding(package, "unknown-package", text)
    age = _read_age(entry, now)
    similar = _find_similar(package)
    if similar and not _is_settled(entry, age):
        text = (
            f"`{name}` is one letter away from `{similar}`, which everybody uses: "
            "is that the one that is meant?"
        )
        return _make_finding(package, "lookalike-package", text)
    if age is not None and age < YOUNG:
        text = f"`{name}` is {age.days} days old: a maintainer should look at it."
        return _make_finding(package, "young-package", text)
    if entry is None and package.declared:
        text = f"`{name}` is new, and no index was asked."
        return _make_finding(package, "unchecked-package", text, blocks=False)
    return None


def find_undeclared(change: Change) -> tuple[NamedPackage, ...]:
    """Find the packages that the change imports and no manifest declares; `_typeshed` is none."""
    packages = find_new_packages(change)
    return tuple(each for each in packages if not each.declared and each.module[:1] != "_")


def judge_undeclared(package: NamedPackage, change: Change) -> Finding | None:
    """Find that an import is declared nowhere; None where other files have it already, and for one
    that is indented: it may be tried, and done without.
    """
    lines = (change.after.get(package.path) or "").split("\n")
    if lines[package.line - 1 : package.line] and lines[package.line - 1][:1].isspace():
        return None
    if any(text and package.module in text for text in change.before.values()):
        return None
    for mention in change.mentions.get(package.module, ()):
        if mention.path not in change.after and IMPORTING.search(mention.text):
            return None
    group = "for development" if kind_of(package.path) == "test" else "for running"
    text = (
        f"`{package.module}` is imported here, and no manifest declares it: add `{package.name}` "
        f"to what is needed {group}, in the manner of its neighbours."
    )
    return _make_finding(package, "undeclared-package", text, blocks=False)


def _make_finding(package: NamedPackage, rule: str, text: str, *, blocks: bool = True) -> Finding:
    return Finding(GATE, package.path, package.line, text, blocks, rule)


def _read_age(entry: Package | None, now: datetime) -> timedelta | None:
    if entry is None or not entry.first:
        return None
    try:
        return now - datetime.fromisoformat(entry.first)
    except (ValueError, TypeError):  # a date that is none, or has no zone
        return None


def _is_settled(entry: Package | None, age: timedelta | None) -> bool:
    if entry is None or age is None:
        return False
    return age > SETTLED and entry.releases >= SETTLED_RELEASES


def _find_similar(package: NamedPackage) -> str:
    """Find the popular package that the name could be mistaken for."""
    popular = PYTHON if package.kind == "python" else NODE
    name = package.name.casefold().replace("_", "-")
    if name in popular or len(name) < MIN_LETTERS:
        return ""
    for known in sorted(popular):
        if len(known) >= MIN_LETTERS and _is_one_letter_off(name, known):
            return known
    return ""


def _is_one_letter_off(name: str, known: str) -> bool:
    """Tell whether one letter was added, left out, changed, or two were swapped."""
    if abs(len(name) - len(known)) > 1 or name == known:
        return False
    same = 0  # letters that are alike at the beginning
    while name[same : same + 1] == known[same : same + 1]:
        same += 1
    left, right = name[same:], known[same:]
    is_swap = len(left) > 1 and left[:2] == right[1::-1] and left[2:] == right[2:]
    return is_swap or left[1:] == right[1:] or left[1:] == right or left == right[1:]
