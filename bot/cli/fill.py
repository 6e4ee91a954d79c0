"""`greenlit fill`: write the code of one marked place, with what stands around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from bot.adapters.git.git_process import require_git
from bot.adapters.git.mirrors import GitMirrors
from bot.assembly import SystemClock, build_model
from bot.cli.inputs import (
    MISTAKES,
    WrongUseError,
    make_read_error,
    print_error,
    require_folder,
)
from bot.cli.refactor import print_changes, read_texts
from bot.cli.terminal import print_sentences
from bot.cli.unrecorded_run import UnrecordedRun, run_at_once
from bot.cli.workspace import Workspace, WorkspaceError
from bot.edits.marked_place import find_marked_place
from bot.ports import Ports, Refusal, Unreachable
from bot.search.place_context import find_place_context
from bot.search.source_files import says_generated
from bot.settings import SolveSettings
from bot.stories.fill_place import fill_place
from bot.stories.stops import GaveUp
from bot.text.terminal_text import strip_control
from bot.tools.place_tools import PlaceToFill
from bot.values import Repo, Request, RunKey, RunState

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
# As people write a line, as GitHub links it, and as compilers print it with a column.
PLACE = re.compile(r"(?P<path>.+?)(?::|#L)(?P<line>[0-9]{1,18})(?::[0-9]{1,18})?$", re.DOTALL)
WHAT_CHARS = 10_000
NAME_CHARS = 1_000  # of what was typed, in an error
EXAMPLE = "For example: greenlit fill shop/cart.py:12"


@dataclass(frozen=True, slots=True)
class FillOptions:
    """What was typed: the folder, the place, what is wanted there, and whether to write it."""

    folder: Path
    place: str
    what: str = ""
    write: bool = False


def fill_marked_place(
    console: Console, load_settings: Callable[[], SolveSettings], options: FillOptions
) -> int:
    """Write the code of the place: the diff to standard output, all else to `console`.

    Settings are asked for when all else is in order. Returns 0 when the code fits, 1 when there is
    none that does, 2 for wrong use.
    """
    try:
        require_git()
        require_folder(options.folder)
        workspace = Workspace(options.folder)
        asked = _read_place(workspace, options)
    except (*MISTAKES, WorkspaceError) as wrong:
        print_error(wrong, console)
        return WRONG_USE
    files = _ask(console, load_settings(), asked)
    if not files:
        return NOT_DONE
    print_changes(workspace, files, {})
    if not options.write:
        print_sentences(console, "Nothing was written; --write does.")
        return DONE
    try:
        workspace.write(files, {}, {})
    except WorkspaceError as wrong:
        print_error(wrong, console)
        return NOT_DONE
    print_sentences(console, "Written. Nothing is committed.")
    return DONE


def _read_place(workspace: Workspace, options: FillOptions) -> PlaceToFill:
    """Read the place and what stands around it. Raises WrongUseError where there is none."""
    named = PLACE.fullmatch(options.place)
    if named is None:
        shown = options.place[:NAME_CHARS] or "What is empty"
        raise WrongUseError(f"{shown} names no line of a file. {EXAMPLE}")
    if len(options.what) > WHAT_CHARS:
        raise WrongUseError(f"--what is too long: at most {WHAT_CHARS:,} characters are read.")
    path = _find_path(workspace, named["path"])
    if says_generated(workspace[path]):
        raise WrongUseError(f"{path} is generated, as its head says: change what it is made from.")
    try:
        place = find_marked_place(path, workspace[path], int(named["line"]))
    except ValueError as wrong:
        raise WrongUseError(str(wrong)) from None
    texts = {**read_texts(workspace).files, path: workspace[path]}
    what = strip_control(options.what.strip())
    context = find_place_context(path, int(named["line"]), texts, f"{what} {place.placeholder}")
    return PlaceToFill(place, context, what)


def _find_path(workspace: Workspace, name: str) -> str:
    """Find a file by its path from the folder, or from where the command runs."""
    whole = Path(name).absolute()
    names = [Path(name).as_posix()]
    if whole.is_relative_to(workspace.root):
        names.append(whole.relative_to(workspace.root).as_posix())
    for path in names:
        if path in workspace:
            return path
    try:
        is_link = (workspace.root / name).is_symlink()
        if not is_link and (workspace.root / name).is_dir():
            raise WrongUseError(f"{name} is a folder: name a file in it. {EXAMPLE}")
    except OSError as wrong:  # such as a folder that is closed
        raise make_read_error(name, "file", wrong) from None
    if is_link:
        raise WrongUseError(f"{name} is a symbolic link, and none is followed: name the file.")
    raise WrongUseError(f"There is no file {name} in {workspace.root}.")


def _ask(console: Console, settings: SolveSettings, asked: PlaceToFill) -> Mapping[str, str | None]:
    """Have the code written. Without any that fits, print why and return nothing."""
    with TemporaryDirectory(prefix="greenlit-") as home:
        ports = Ports(
            GitMirrors(Path(home), ()), build_model(settings), SystemClock(), settings.caps
        )
        run = UnrecordedRun(ports, console, RunKey("this/folder#0/1"))
        request = Request(Repo("this/folder"), 0, "you", "", "", words=asked.what)
        run.keep(RunState(run.key, request, caps=settings.caps))
        try:
            run_at_once(fill_place(run, asked))
        except (Refusal, Unreachable, GaveUp) as ended:
            words = strip_control(str(ended))
            console.print(Text.assemble(("\nNot filled. ", "bold red"), words))
        finally:
            run.print_total(settings.model, run.state.model_s)
        return run.state.patch.files
