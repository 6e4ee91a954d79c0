"""Here lives `greenlit refactor`: a change through a whole folder, shown as a diff first and
written when asked to.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.terminal import diff, terminal
from bot.cli.workspace import Folder, UnfitError
from bot.edits import written
from bot.refactor import CannotRefactor, Refactoring, is_read
from bot.text.terminal_text import strip_control

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
SHOWN_UNPROVEN = 40
SKIPPED = frozenset(
    [".venv", "venv", "node_modules", ".tox", "__pycache__", ".mypy_cache", "build", "dist"]
)


def refactored(repo: Path, act: Callable[[Mapping[str, str]], Refactoring], *, apply: bool) -> int:
    """Show what the act would change in the folder, and write it when asked: 0 done, 1 cannot be
    done, 2 wrong use.
    """
    err = terminal(stderr=True)
    if not repo.is_dir():
        err.print(Text(strip_control(f"{repo} is no folder."), "red"), soft_wrap=True)
        return WRONG_USE
    try:
        folder = Folder(repo)
        made = act(_texts(folder))
        _show(folder, made)
        if apply:
            folder.write(made.files, made.moves, {})
    except (CannotRefactor, UnfitError) as wrong:
        err.print(Text(strip_control(str(wrong)), "red"), soft_wrap=True)
        return NOT_DONE
    _tell(err, made, apply=apply)
    return DONE


def _texts(folder: Folder) -> dict[str, str]:
    """The files that can be read as texts, but for what tools put there."""
    texts = {}
    for path in folder:
        if is_read(path) and SKIPPED.isdisjoint(path.split("/")):
            try:
                texts[path] = folder[path]
            except UnfitError:
                continue
    return texts


def _show(folder: Folder, made: Refactoring) -> None:
    """The diff: in colours for people, as git takes it for a file or a pipe."""
    text = written(folder, made.files, made.moves)
    out = terminal()
    if out.is_terminal:
        out.print(diff(text))
    else:
        sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
        sys.stdout.flush()


def _tell(err: Console, made: Refactoring, *, apply: bool) -> None:
    files = sum(text is not None for text in made.files.values())
    done = "Written. Nothing is committed." if apply else "Nothing was written; --apply writes it."
    err.print(f"{made.places} places in {files} files. {done}")
    if made.unproven:
        err.print(f"Not proved, so left as they are ({len(made.unproven)}):", style="bold")
    for one in made.unproven[:SHOWN_UNPROVEN]:
        err.print(
            strip_control(f"  {one.path}:{one.line}: {one.text}  ({one.why})"), soft_wrap=True
        )
    if len(made.unproven) > SHOWN_UNPROVEN:
        err.print(f"  ... and {len(made.unproven) - SHOWN_UNPROVEN} more.")
