"""Read labelled changes: what stood in their files before, and what stands there after."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.gates.change import Change

SIGNS = {"=": (True, True), "-": (True, False), "+": (False, True)}


@dataclass(frozen=True)
class Labelled:
    """A change, and which rule must find it: none where it is fair."""

    name: str
    cheat: str
    change: Change
    plan: dict[str, str] = field(default_factory=dict)


def labelled(file: Path) -> list[Labelled]:
    return [
        Labelled(one["name"], one.get("cheat", ""), _change(one["files"]), one.get("plan", {}))
        for one in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def _change(files: dict[str, str]) -> Change:
    sides = {path: _sides(text) for path, text in files.items()}
    return Change(
        {path: old for path, (old, _) in sides.items()},
        {path: new for path, (_, new) in sides.items()},
    )


def _sides(text: str) -> tuple[str | None, str | None]:
    """A side on which no line stands is no file."""
    lines = text.splitlines(keepends=True)
    sides = ["".join(line[1:] for line in lines if SIGNS[line[0]][side]) for side in (0, 1)]
    return sides[0] or None, sides[1] or None
