"""Here lives `greenlit apply`: an edit as a model wrote it, made in a folder, all of it or nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.text import Text

from bot.cli.terminal import terminal
from bot.cli.workspace import Folder, UnfitError
from bot.edits import Applied, Rejected, changes
from bot.text.terminal_text import strip_control

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one file."""

    path: str
    change: str  # modified, added, deleted, moved, mode
    added: int
    removed: int
    was: str = ""  # its path before
    mode: str = ""  # git's, where the edit sets it


def applied(edit: str, root: Path, *, check: bool, as_json: bool) -> int:
    """Make the edit, or only look whether it fits, and tell: 0 it fits and is made, 1 it does not
    fit, 2 wrong use.
    """
    try:
        text = _edit(edit)
        folder = _folder(root)
    except UnfitError as wrong:
        _refused(str(wrong), (), as_json=as_json)
        return WRONG_USE
    try:
        found = changes(folder, text)
        made = _made(folder, found)
        if not check:
            folder.write(found.files, found.moves, found.modes)
    except Rejected as rejected:
        _refused(rejected.reason, rejected.nearest, as_json=as_json)
        return NOT_DONE
    except UnfitError as unfit:
        _refused(str(unfit), (), as_json=as_json)
        return NOT_DONE
    if as_json:
        _json({"fits": True, "written": not check, "files": [asdict(one) for one in made]})
    else:
        _tell(made, check=check)
    return DONE


def _edit(named: str) -> str:
    if named == "-" and sys.stdin.isatty():
        terminal(stderr=True).print(
            "Reading the edit from the terminal; Ctrl-D ends it.", style="dim"
        )
    try:
        with sys.stdin.buffer if named == "-" else Path(named).open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as wrong:
        raise UnfitError(f"The edit {named} cannot be read: {wrong.strerror}.") from None
    if len(raw) > MOST_BYTES:
        raise UnfitError(f"The edit {named} has more than {MOST_BYTES:,} bytes. Make it in parts.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _folder(root: Path) -> Folder:
    if not root.is_dir():
        raise UnfitError(f"{root} is no folder.")
    return Folder(root)


def _made(folder: Folder, found: Applied) -> list[Made]:
    left = set(found.moves.values())
    made = []
    for path, text in sorted(found.files.items()):
        if text is None and path in left:
            continue
        was = found.moves.get(path, "")
        old = was or path
        before = folder.get(old, "")
        change = (
            "moved"
            if was
            else "deleted"
            if text is None
            else "modified"
            if path in folder
            else "added"
        )
        made.append(
            Made(path, change, *_counts(before, text or ""), was, found.modes.get(path, ""))
        )
    modes = [
        Made(path, "mode", 0, 0, "", mode)
        for path, mode in found.modes.items()
        if path not in found.files
    ]
    return made + modes


def _counts(before: str, after: str) -> tuple[int, int]:
    """Lines that came and lines that went; one that only moved is neither."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return (new - old).total(), (old - new).total()


def _tell(made: Sequence[Made], *, check: bool) -> None:
    out = terminal()
    for one in made:
        said = Text(f"{one.change:<9} ")
        said.append(strip_control(f"{one.was} -> {one.path}" if one.was else one.path), "bold")
        said.append(f"  +{one.added}", "green").append(f" -{one.removed}", "red")
        said.append(f"  mode {one.mode}" if one.mode else "")
        out.print(said, soft_wrap=True)
    files = f"{len(made)} file" + ("" if len(made) == 1 else "s")
    out.print(f"It fits: {files}. Nothing was written." if check else f"Written: {files}.")


def _refused(reason: str, nearest: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        _json({"fits": False, "written": False, "reason": reason, "nearest": list(nearest)})
        return
    err = terminal(stderr=True)
    err.print(Text(strip_control(reason), "bold red"), soft_wrap=True)
    for line in nearest:
        err.print(strip_control(line), soft_wrap=True)


def _json(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
