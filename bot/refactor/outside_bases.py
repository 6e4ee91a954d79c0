"""Find out whether a class's member overrides one of a class that is not of the tree."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable

from bot.ports import CodePlace, TypeChecker
from bot.refactor.checked_names import ask_places
from bot.refactor.class_family import ClassFamily, OutsideBase
from bot.refactor.python_project import CannotRefactor

PROBE = "greenlit_probe_of_bases.py"
# Bases call methods by names that are made at run time: visit_Name, do_GET, test_it.
SCHEMES = re.compile(r"(?:visit|depart|leave|do|help|complete|handle|on|test)_?")


def refuse_outside_override(
    checker: TypeChecker | None, family: ClassFamily, new: str
) -> list[OutsideBase]:
    """Refuse to rename what a base outside calls by its name; give the bases that are not known.

    Raises CannotRefactor for a base that has the member, or one of the new name.
    """
    bases = sorted(family.outside)
    unknown = []
    for base in bases:
        for name in (family.member, new):
            owner = _find_owner(checker, base.name, name)
            if owner:
                raise CannotRefactor(
                    f"{base.holder} is a {base.name}, which has a {name} of its own ({owner})."
                )
            if owner is None and base not in unknown:
                unknown.append(base)
    return [base for base in unknown if not family.member.startswith("_")] + [
        base for base in bases if base not in unknown and SCHEMES.match(family.member)
    ]


def list_outside_callers(checker: TypeChecker | None, family: ClassFamily) -> list[OutsideBase]:
    """List the bases of elsewhere that may call a member of the family by its name."""
    return [
        base
        for base in sorted(family.outside)
        if SCHEMES.match(family.member) or _find_owner(checker, base.name, family.member) != ""
    ]


def _find_owner(checker: TypeChecker | None, base: str, member: str) -> str | None:
    """Say where the base has the member; "" where it has none, None where nobody knows the base."""
    builtin = getattr(builtins, base, None)
    if builtin is not None:
        return f"builtins.{base}" if hasattr(builtin, member) else ""
    if not re.fullmatch(r"\w+(?:\.\w+)+", base):
        return None
    module, _, name = base.rpartition(".")
    text = f"from {module} import {name}\n{name}.{member}\n"
    places = [CodePlace(PROBE, 2, 0), CodePlace(PROBE, 2, len(f"{name}.".encode()))]
    answers = ask_places(checker, {PROBE: text}, places)
    owners = _list_outside(answers.get(places[1], ()))
    if owners:
        return owners[0]
    return "" if _list_outside(answers.get(places[0], ())) else None


def _list_outside(places: Iterable[CodePlace]) -> list[str]:
    return [place.path for place in places if place.is_outside]
