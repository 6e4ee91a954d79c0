"""`greenlit refactor`: change a whole folder; a diff is shown first, and written when asked to."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bot.cli.inputs import WrongUseError, print_error, require_folder
from bot.cli.progress_line import show_progress
from bot.cli.terminal import colour_diff, open_console, print_sentences
from bot.cli.workspace import UnreadableError, Workspace, WorkspaceError
from bot.edits import render_diff
from bot.ports import TypeChecker
from bot.refactor import (
    CannotRefactor,
    Refactoring,
    RefactoringCommand,
    Unproven,
    is_read,
    refactor,
)
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
SHOWN_UNPROVEN = 40  # on a screen
SHOWN_OWNERS = 6
SKIPPED = frozenset(
    [".venv", "venv", "node_modules", ".tox", "__pycache__", ".mypy_cache", "build", "dist"]
)


@dataclass(frozen=True, slots=True)
class FolderTexts:
    """The texts of a folder by path, and what of it cannot be read."""

    files: Mapping[str, str]
    unread: tuple[Unproven, ...]


def refactor_folder(
    repo: Path, command: RefactoringCommand, checker: TypeChecker | None, *, apply: bool
) -> int:
    """Show what the refactoring would change in the folder, and write it when asked.

    Returns 0 when it can be done as a whole, 1 when not (nothing is written then, unless a part
    was asked for), 2 for wrong use.
    """
    try:
        require_folder(repo)
    except WrongUseError as wrong:
        print_error(wrong)
        return WRONG_USE
    try:
        workspace = Workspace(repo)
        with show_progress("Looking for every place"):
            texts = read_texts(workspace)
            refactoring = refactor(texts.files, command, checker)
            unproven = (*texts.unread, *refactoring.unproven)
            refactoring = replace(refactoring, unproven=unproven)
        print_changes(workspace, refactoring.files, refactoring.moves)
        is_refused = bool(refactoring.unproven) and not command.partial
        if apply and not is_refused:
            workspace.write(refactoring.files, refactoring.moves, {})
    except (CannotRefactor, WorkspaceError) as wrong:
        print_error(wrong)
        return NOT_DONE
    state = _describe_state(refactoring, apply=apply, is_refused=is_refused)
    _print_summary(open_console(stderr=True), refactoring, state)
    return NOT_DONE if is_refused else DONE


def read_texts(workspace: Workspace) -> FolderTexts:
    """Read the files that are texts, but for what tools put there."""
    files: dict[str, str] = {}
    unread = [
        Unproven(f"{folder}/", 0, "", "the folder cannot be opened")
        for folder in workspace.closed_folders
        if SKIPPED.isdisjoint(folder.split("/"))
    ]
    for path in workspace:
        if is_read(path) and SKIPPED.isdisjoint(path.split("/")):
            try:
                files[path] = workspace[path]
            except UnreadableError:
                unread.append(Unproven(path, 0, "", "the file cannot be read, or is too large"))
            except WorkspaceError:  # it is no text, so it names nothing
                continue
    return FolderTexts(files, tuple(unread))


def print_changes(
    workspace: Workspace, files: Mapping[str, str | None], moves: Mapping[str, str]
) -> None:
    """Print the diff: in colours for people, as git takes it for a file or a pipe: the text of each
    file in its own encoding.
    """
    out = open_console()
    if out.is_terminal:
        out.print(colour_diff(render_diff(workspace, files, moves)), soft_wrap=True)
        return
    moved_from = set(moves.values())
    for path, new in sorted(files.items()):
        if new is not None or path not in moved_from:
            _write_diff(workspace, path, new, moves)
    sys.stdout.flush()


def _write_diff(workspace: Workspace, path: str, new: str | None, moves: Mapping[str, str]) -> None:
    """Write the diff of one file, or say why there is none that git could apply."""
    like = moves.get(path, path)
    try:
        text = render_diff(workspace, {path: new}, {path: like} if like != path else {})
        sys.stdout.buffer.write(workspace.encode_diff(path, text, like))
    except WorkspaceError as wrong:
        print_sentences(open_console(stderr=True), f"Not shown. {wrong}")


def _print_summary(err: Console, refactoring: Refactoring, state: str) -> None:
    files = sum(text is not None for text in refactoring.files.values())
    places = count_noun(sum(refactoring.places.values()), "place")
    _print_kept(err, refactoring)
    _print_unproven(err, refactoring.unproven)
    print_sentences(err, f"{places} in {count_noun(files, 'file')}. {state}")


def _print_kept(err: Console, refactoring: Refactoring) -> None:
    """Print whose the other places of the name are, and where it is only a word."""
    if refactoring.others:
        ordered = sorted(refactoring.others.items(), key=lambda item: (-item[1], item[0]))
        owners = [f"{owner} ({count})" for owner, count in ordered[:SHOWN_OWNERS]]
        more = ", and others" if len(ordered) > SHOWN_OWNERS else ""
        print_sentences(err, strip_control(f"Kept, being another's: {', '.join(owners)}{more}."))
    if refactoring.words:
        places = [f"{place.path}:{place.line}" for place in refactoring.words[:SHOWN_OWNERS]]
        more = ", and more" if len(refactoring.words) > SHOWN_OWNERS else ""
        text = f"Texts that still say the old name: {', '.join(places)}{more}."
        print_sentences(err, strip_control(text))


def _describe_state(refactoring: Refactoring, *, apply: bool, is_refused: bool) -> str:
    if is_refused:
        left = count_noun(len(refactoring.unproven), "place")
        return (
            f"Nothing was written. {left} cannot be proved: "
            "--apply --partial changes the rest and leaves them."
        )
    return "Written. Nothing is committed." if apply else "Nothing was written; --apply does."


def _print_unproven(err: Console, unproven: Sequence[Unproven]) -> None:
    """Print the places that are left as they are; on a screen not more than it can hold."""
    if unproven:
        err.print(f"Not proved, so left as they are ({len(unproven)}):", style="bold")
    shown = unproven[:SHOWN_UNPROVEN] if err.file.isatty() else unproven
    for place in shown:
        print_sentences(err, strip_control(f"  {_describe_unproven(place)}"))
    if len(unproven) > len(shown):
        err.print(f"  ... and {len(unproven) - len(shown)} more; 2> FILE keeps them all.")


def _describe_unproven(place: Unproven) -> str:
    if not place.line:  # a whole file or folder
        return f"{place.path}  ({place.why})"
    return f"{place.path}:{place.line}: {place.text}  ({place.why})"
