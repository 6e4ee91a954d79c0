"""The record of a run in a folder: one line of JSON for each step, kept through any crash."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

FORMAT = 1
ANEW = "Begin anew in another folder."


class UnfitRecordError(Exception):
    """A record cannot be gone on with; the text says why."""


class RunRecord:
    """What a run has done, in order.

    Steps of an earlier process are taken from it before new ones are appended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = _read_whole_lines(path)
        if not all(isinstance(line, dict) for line in lines) or not all(
            line.keys() >= {"step", "result"} for line in islice(lines, 1, None)
        ):
            raise UnfitRecordError(f"{path} is damaged. {ANEW}")
        self._head: Mapping[str, Any] = lines.popleft() if lines else {}
        if self._head and self._head.get("format") != FORMAT:
            raise UnfitRecordError(f"{path} is the record of another release of Greenlit.")
        self._kept = lines

    @property
    def is_new(self) -> bool:
        """Whether nothing was recorded before."""
        return not self._head

    @property
    def wish(self) -> str:
        """What the run is about."""
        return str(self._head.get("wish", ""))

    @property
    def kept_steps(self) -> int:
        """How many steps of an earlier process are still to be taken."""
        return len(self._kept)

    @property
    def made_folders(self) -> int:
        """How many folders the run made for itself, from that of the project upwards."""
        count = self._head.get("made_folders", 0)
        return count if isinstance(count, int) else 0

    def count_kept(self, name: str) -> int:
        """Count the kept steps of a name."""
        return sum(entry.get("step") == name for entry in self._kept)

    def begin(self, wish: str, made_folders: int = 0) -> None:
        """Record what the run is about."""
        self._head = {"format": FORMAT, "wish": wish, "made_folders": made_folders}
        self._append(self._head)

    def take(self, name: str) -> Mapping[str, Any] | None:
        """Take the next kept step, with its "result"; None where all are taken.

        Raises UnfitRecordError where another step stands there.
        """
        if not self._kept:
            return None
        entry = self._kept.popleft()
        if entry.get("step") != name:
            raise UnfitRecordError(
                f"{self._path} was written by a release of Greenlit that goes another way. Go on "
                "with that one, or begin anew in another folder."
            )
        return entry

    def append(self, name: str, result: object) -> None:
        """Record a step; when this returns, it is on the disk."""
        self._append({"step": name, "result": result})

    def _append(self, entry: Mapping[str, Any]) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(entry, ensure_ascii=False).encode(errors="backslashreplace"))
            file.write(b"\n")
            file.flush()
            os.fsync(file.fileno())


def _read_whole_lines(path: Path) -> deque[Mapping[str, Any]]:
    """Read the lines, and cut off one that a crash left without its end."""
    if not path.exists():
        return deque()
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    try:
        lines = deque(json.loads(line) for line in whole.splitlines())
    except (ValueError, RecursionError):  # the latter for a line of brackets
        raise UnfitRecordError(f"{path} is damaged. {ANEW}") from None
    if whole != raw:
        os.truncate(path, len(whole))
    return lines
