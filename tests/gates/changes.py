"""Read labelled changes: what stood in their files before, and what stands there after."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.gates.change import Change

SIGNS = {"=": (True, True), "-": (True, False), "+": (False, True)}


@dataclass(frozen=True)
class LabelledChange:
    """A change, and which rule must find it: none where it is fair."""

    name: str
    cheat: str
    change: Change
    plan: dict[str, str] = field(default_factory=dict)


def read_labelled(file: Path) -> list[LabelledChange]:
    return [
        LabelledChange(
            entry["name"],
            entry.get("cheat", ""),
            _read_change(entry["files"]),
            entry.get("plan", {}),
        )
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def _read_change(files: dict[str, str]) -> Change:
    sides = {path: _split_sides(text) for path, text in files.items()}
    return Change(
        {path: old for path, (old, _) in sides.items()},
        {path: new for path, (_, new) in sides.items()},
    )


def _split_sides(text: str) -> tuple[str | None, str | None]:
    """A side on which no line stands is no file."""
    lines = text.splitlines(keepends=True)
    sides = ["".join(line[1:] for line in lines if SIGNS[line[0]][side]) for side in (0, 1)]
    return sides[0] or None, sides[1] or None
