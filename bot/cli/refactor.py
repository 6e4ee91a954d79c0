"""`greenlit refactor`: change a whole folder; a diff is shown first, and written when asked to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.cli.terminal import colour_diff, open_console
from bot.cli.workspace import Workspace, WorkspaceError
from bot.edits import render_diff
from bot.refactor import CannotRefactor, Refactoring, is_read
from bot.text.terminal_text import strip_control

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
SHOWN_UNPROVEN = 40
SKIPPED = frozenset(
    [".venv", "venv", "node_modules", ".tox", "__pycache__", ".mypy_cache", "build", "dist"]
)


def refactor_folder(
    repo: Path, act: Callable[[Mapping[str, str]], Refactoring], *, apply: bool
) -> int:
    """Show what the refactoring would change in the folder, and write it when asked.

    Returns 0 when it can be done, 1 when it cannot, 2 for wrong use.
    """
    err = open_console(stderr=True)
    if not repo.is_dir():
        err.print(Text(strip_control(f"{repo} is no folder."), "red"), soft_wrap=True)
        return WRONG_USE
    try:
        workspace = Workspace(repo)
        refactoring = act(_read_texts(workspace))
        _print_diff(workspace, refactoring)
        if apply:
            workspace.write(refactoring.files, refactoring.moves, {})
    except (CannotRefactor, WorkspaceError) as wrong:
        err.print(Text(strip_control(str(wrong)), "red"), soft_wrap=True)
        return NOT_DONE
    _print_summary(err, refactoring, apply=apply)
    return DONE


def _read_texts(workspace: Workspace) -> dict[str, str]:
    """Read the files that are texts, but for what tools put there."""
    texts = {}
    for path in workspace:
        if is_read(path) and SKIPPED.isdisjoint(path.split("/")):
            try:
                texts[path] = workspace[path]
            except WorkspaceError:
                continue
    return texts


def _print_diff(workspace: Workspace, refactoring: Refactoring) -> None:
    """Print the diff: in colours for people, as git takes it for a file or a pipe."""
    text = render_diff(workspace, refactoring.files, refactoring.moves)
    out = open_console()
    if out.is_terminal:
        out.print(colour_diff(text))
    else:
        sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
        sys.stdout.flush()


def _print_summary(err: Console, refactoring: Refactoring, *, apply: bool) -> None:
    files = sum(text is not None for text in refactoring.files.values())
    state = "Written. Nothing is committed." if apply else "Nothing was written; --apply writes it."
    err.print(f"{refactoring.places} places in {files} files. {state}")
    unproven = refactoring.unproven
    if unproven:
        err.print(f"Not proved, so left as they are ({len(unproven)}):", style="bold")
    for doubt in unproven[:SHOWN_UNPROVEN]:
        line = f"  {doubt.path}:{doubt.line}: {doubt.text}  ({doubt.why})"
        err.print(strip_control(line), soft_wrap=True)
    if len(unproven) > SHOWN_UNPROVEN:
        err.print(f"  ... and {len(unproven) - SHOWN_UNPROVEN} more.")
