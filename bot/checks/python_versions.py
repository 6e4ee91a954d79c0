"""Choose among the Pythons of a machine by the versions that a project asks for."""

from __future__ import annotations

import re

from bot.checks.programs import parse_version
from bot.values import Machine

PART = re.compile(r"(>=|<=|==|!=|~=|\^|~|>|<|)\s*(\d+(?:\.\d+)*)")
PYTHON = re.compile(r"python3(?:\.\d+)?")
DEFAULT = "python3"


def choose_python(wanted: str, machine: Machine) -> str:
    """Choose the program: the machine's own Python where it fits, else the nearest that does.

    Empty where none fits. Of a machine without versions, its own is taken.
    """
    pythons = {
        name: parse_version(version)
        for name, version in machine.programs.items()
        if PYTHON.fullmatch(name) and version
    }
    own = pythons.get(DEFAULT)
    if own is None or _fits(own, wanted):
        return DEFAULT
    fitting = [name for name, version in pythons.items() if _fits(version, wanted)]
    return min(fitting, key=lambda name: abs(pythons[name][1] - own[1]), default="")


def explain_python(wanted: str, machine: Machine) -> str:
    """Say which Python is wanted and not there; empty where one is."""
    if choose_python(wanted, machine):
        return ""
    asked = " ".join(wanted.split())
    return f"It needs Python {asked}; this machine has {machine.programs[DEFAULT]}."


def _fits(version: tuple[int, ...], wanted: str) -> bool:
    """Tell whether a version is what a specifier such as ">=3.9,<3.13" or "^3.9" asks for."""
    parts = PART.findall(wanted.split("||", maxsplit=1)[0])
    return all(_holds(version, sign, parse_version(text)) for sign, text in parts)


def _holds(version: tuple[int, ...], sign: str, bound: tuple[int, ...]) -> bool:
    if sign in (">=", ">"):
        return version >= bound
    if sign in ("^", "~=", "~"):
        return version >= bound and version[0] == bound[0]
    if sign == "<":
        return version < bound
    start = version[: len(bound)]
    return {"<=": start <= bound, "!=": start != bound}.get(sign, start == bound)
