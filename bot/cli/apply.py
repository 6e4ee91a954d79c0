"""`greenlit apply`: make an edit as a model wrote it in a folder, all of it or nothing."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.text import Text

from bot.cli.inputs import (
    WrongUseError,
    make_read_error,
    name_input,
    open_input,
    require_folder,
)
from bot.cli.progress_line import show_progress
from bot.cli.terminal import open_console, print_sentences
from bot.cli.workspace import Workspace, WorkspaceError
from bot.edits import EditResult, Rejected, compute_changes
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control

APPLIED, REFUSED, WRONG_USE = 0, 1, 2
LIMIT_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class FileChange:
    """What became of one file, as it is printed."""

    path: str
    change: str  # modified, added, deleted, moved, mode
    added: int
    removed: int
    was: str = ""  # its path before
    mode: str = ""  # git's, where the edit sets it


def apply_edit(edit_file: str, root: Path, *, check: bool, as_json: bool) -> int:
    """Make the edit, or with `check` only see whether it fits, and print what came of it.

    Returns 0 when it fits, 1 when it does not, 2 for wrong use.
    """
    try:
        require_folder(root)
        edit, is_utf8 = _read_edit(edit_file)
        workspace = Workspace(root, keep_bytes=not is_utf8)
    except (WrongUseError, WorkspaceError) as wrong:
        _print_refusal(str(wrong), (), as_json=as_json)
        return WRONG_USE
    try:
        with show_progress("Looking where the edit fits"):
            applied = compute_changes(workspace, edit)
            files = _list_changes(workspace, applied)
            if not check:
                workspace.write(applied.files, applied.moves, applied.modes)
    except Rejected as rejected:
        _print_refusal(rejected.reason, rejected.nearest, as_json=as_json)
        return REFUSED
    except WorkspaceError as unfit:
        _print_refusal(str(unfit), (), as_json=as_json)
        return REFUSED
    if as_json:
        _print_json({"fits": True, "written": not check, "files": [asdict(file) for file in files]})
    else:
        _print_changes(files, check=check)
    return APPLIED


def _read_edit(name: str) -> tuple[str, bool]:
    """Read the edit, from standard input for "-", and tell whether it is UTF-8.

    Where it is not, it quotes files in other encodings, so bytes are kept as surrogates.
    """
    try:
        with open_input(name, "edit") as file:
            raw = file.read(LIMIT_BYTES + 1)
    except OSError as wrong:
        raise make_read_error(name, "edit", wrong) from None
    if len(raw) > LIMIT_BYTES:
        raise WrongUseError(
            f"{name_input(name, 'edit')} has more than {LIMIT_BYTES:,} bytes. Make it in parts."
        )
    try:
        return raw.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return raw.decode("utf-8-sig", "surrogateescape"), False


def _list_changes(workspace: Workspace, applied: EditResult) -> list[FileChange]:
    moved_from = set(applied.moves.values())
    files = []
    for path, text in sorted(applied.files.items()):
        if text is not None or path not in moved_from:
            files.append(_describe_change(workspace, applied, path, text))
    for path, mode in applied.modes.items():
        if path not in applied.files:
            files.append(FileChange(path, "mode", 0, 0, "", mode))
    return files


def _describe_change(
    workspace: Workspace, applied: EditResult, path: str, text: str | None
) -> FileChange:
    was = applied.moves.get(path, "")
    if was:
        change = "moved"
    elif text is None:
        change = "deleted"
    else:
        change = "modified" if path in workspace else "added"
    before = workspace.get(was or path, "")
    added, removed = _count_lines(before, text or "")
    return FileChange(path, change, added, removed, was, applied.modes.get(path, ""))


def _count_lines(before: str, after: str) -> tuple[int, int]:
    """Count the lines that came and those that went; one that only moved is neither."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return (new - old).total(), (old - new).total()


def _print_changes(files: Sequence[FileChange], *, check: bool) -> None:
    out = open_console()
    for file in files:
        name = f"{file.was} -> {file.path}" if file.was else file.path
        line = Text(f"{file.change:<9} ").append(strip_control(name), "bold")
        line.append(f"  +{file.added}", "green").append(f" -{file.removed}", "red")
        if file.mode:
            line.append(f"  mode {file.mode}")
        out.print(line, soft_wrap=True)
    count = count_noun(len(files), "file")
    out.print(f"It fits: {count}. Nothing was written." if check else f"Written: {count}.")


def _print_refusal(reason: str, nearest: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        refusal = {"fits": False, "written": False, "reason": reason, "nearest": list(nearest)}
        _print_json(refusal)
        return
    err = open_console(stderr=True)
    print_sentences(err, strip_control(reason), "bold red")
    for line in nearest:
        err.print(strip_control(line), soft_wrap=True)


def _print_json(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
