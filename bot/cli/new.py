"""`greenlit new`: from a wish to a project in a new folder, without GitHub."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from bot.adapters.checkers import build_checkers
from bot.adapters.git.fetching_mirrors import GREENLIT
from bot.adapters.git.git_errors import GitError, summarize
from bot.adapters.git.git_process import require_git
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.project_folder import (
    GitProjectFolder,
    make_empty_mirror,
    read_git_author,
)
from bot.adapters.log_cache import DiskLogCache
from bot.adapters.machine_index import MachinePackageIndex
from bot.adapters.sandbox.folder_lock import hold_lock
from bot.assembly import SystemClock, build_local_sandbox, build_model, build_own_secrets
from bot.cli.folder_run import FolderRun
from bot.cli.inputs import MISTAKES, WrongUseError, print_error
from bot.cli.new_inputs import check_commits, check_folder, check_wish, find_record
from bot.cli.run_record import RunRecord, UnfitRecordError
from bot.cli.terminal import print_sentences
from bot.cli.unrecorded_run import SilentComments, run_at_once
from bot.ports import Ports, Refusal, Unreachable
from bot.settings import SolveSettings
from bot.stories.make_project import REPO, make_project
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control
from bot.values import Outcome, RunKey, RunState, Wish
from bot.values.making import OWN_FOLDER, SPECIFICATION_PATH

DONE, NOT_DONE, WRONG_USE, STOPPED = 0, 1, 2, 130
BuildPorts = Callable[[SolveSettings, Path, Path], Ports]


@dataclass(frozen=True, slots=True)
class NewProject:
    """What was typed: wish and folder, whether approvals are given unseen, whether it is a demo."""

    wish: str
    folder: Path
    approves_all: bool = False
    is_demo: bool = False


def make_new_project(
    console: Console,
    load_settings: Callable[[], SolveSettings],
    asked: NewProject,
    build: BuildPorts | None = None,
) -> int:
    """Make it, or go on with it. Returns 0 when it is made, 1 when it is not, 2 for wrong use, 130
    when it was stopped.
    """
    try:
        return _run(console, load_settings, asked, build or build_ports)
    except (*MISTAKES, UnfitRecordError) as wrong:
        print_error(wrong, console)
        return WRONG_USE
    except PermissionError as wrong:
        print_error(WrongUseError(f"{wrong.filename} cannot be used: {wrong.strerror}."), console)
        return WRONG_USE
    except OSError as wrong:  # such as a full disk
        place = wrong.filename or asked.folder
        text = f"{place} cannot be written: {wrong.strerror or wrong}. What was recorded is kept."
        print_error(WrongUseError(f"{text} {_advise_going_on(asked)}"), console)
        return NOT_DONE
    except KeyboardInterrupt:
        print_sentences(console, f"\nStopped. What was made is kept. {_advise_going_on(asked)}")
        return STOPPED


def _run(
    console: Console,
    load_settings: Callable[[], SolveSettings],
    asked: NewProject,
    build: BuildPorts,
) -> int:
    """Check what was typed, open the record, and make the project."""
    require_git()
    check_folder(asked.folder)
    if not os.access(find_record(asked.folder), os.F_OK):
        check_wish(asked.wish)
    settings = load_settings()
    with _open_record(asked) as record, TemporaryDirectory(prefix="greenlit-") as home:
        ports = build(settings, Path(home), asked.folder)
        key = RunKey(f"{asked.folder.absolute()}#0/1")
        run = FolderRun(ports, console, record, key=key, approves_all=asked.approves_all)
        return _make(run, settings, asked, record)


@contextmanager
def _open_record(asked: NewProject) -> Iterator[RunRecord]:
    """Open the folder's record for this process alone; a new one begins with the wish."""
    own = asked.folder / OWN_FOLDER
    made_folders = sum(not path.exists() for path in (asked.folder, *asked.folder.parents))
    try:
        own.mkdir(parents=True, exist_ok=True)
        (own / ".gitignore").write_text("*\n", "utf-8")
    except OSError as wrong:
        raise WrongUseError(f"{asked.folder} cannot be written into: {wrong.strerror}.") from None
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_lock(own / "lock", waits=False))
        except BlockingIOError:
            raise WrongUseError(f"Another greenlit new is at work in {asked.folder}.") from None
        record = RunRecord(find_record(asked.folder))
        if record.is_new:
            check_wish(asked.wish)  # a crash may have left the record empty
            record.begin(asked.wish.strip(), made_folders)
        elif asked.wish and record.wish != asked.wish.strip():
            raise WrongUseError(
                f"{asked.folder} holds a project of another wish: {strip_control(record.wish)!r}. "
                f"Name a new folder. {_advise_going_on(asked)}"
            )
        check_commits(asked.folder, record)
        yield record


def _make(run: FolderRun, settings: SolveSettings, asked: NewProject, record: RunRecord) -> int:
    console = run.console
    if record.kept_steps:
        kept = count_noun(record.kept_steps, "step")
        words = f"Going on where it stood: {kept} kept."
        print_sentences(console, Text(words, "bold"))
    try:
        outcome = run_at_once(make_project(run, Wish(record.wish)))
    except (Refusal, Unreachable) as ended:
        outcome = Outcome("gave up", f"{ended}")
    except GitError as wrong:
        text = f"Git could not commit what was made. It says: {summarize(wrong).rstrip('.')}."
        outcome = Outcome("gave up", text)
    finally:
        run.ports.sandbox.discard(f"{run.key}/trial")
        run.ports.sandbox.discard(run.key)
    _print_end(console, asked, outcome, run.state)
    run.print_total(settings.model, run.state.model_s + run.state.sandbox_s)
    if outcome.state in ("refused", "stopped"):
        _clear(asked.folder, record.made_folders)
    return DONE if outcome.state == "done" else NOT_DONE


def build_ports(settings: SolveSettings, home: Path, folder: Path) -> Ports:
    """Build the ports of a run that makes a project; `home` is a folder for temporary files."""
    mirrors = GitMirrors(home, ())
    make_empty_mirror(home, REPO)
    checkers = build_checkers({}, build_own_secrets(settings))
    index = MachinePackageIndex(settings.package_indexes, Path(sys.executable))
    return Ports(
        mirrors,
        build_model(settings),
        SystemClock(),
        settings.caps,
        replace(checkers, index=index),
        log_cache=DiskLogCache(home / "logs"),
        comments=SilentComments(),
        sandbox=build_local_sandbox(settings, mirrors, folder),
        folder=GitProjectFolder(folder.absolute(), home, read_git_author(Path.home(), GREENLIT)),
    )


def _print_end(console: Console, asked: NewProject, outcome: Outcome, state: RunState) -> None:
    heads = {
        ("done", ""): ("Made. ", "bold green"),
        ("done", "infrastructure"): ("Written, not tried. ", "bold magenta"),
        ("asked", "not approved"): ("Your turn. ", "bold"),
    }
    head = heads.get((outcome.state, outcome.kind), ("Not made. ", "bold red"))
    console.print()
    print_sentences(console, Text.assemble(head, strip_control(outcome.text)))
    match outcome.state:
        case "done":
            _print_start(console, asked, state)
        case "asked":
            command = f"greenlit new --in {_quote(asked.folder)} --yes"
            print_sentences(console, f"Edit it where it is wrong, then go on: {command}")
        case "gave up":
            print_sentences(console, f"{outcome.next_step} {_advise_going_on(asked)}".lstrip())


def _print_start(console: Console, asked: NewProject, state: RunState) -> None:
    """Show how the owner starts it, as the workflow did."""
    _, workflow = state.project_made.planned
    commands = {step.name: step.command for step in workflow.steps if step.command}
    is_compiled = state.project_made.agreed.language == "typescript"
    names = ("install", "compile", "execute") if is_compiled else ("install", "execute")
    lines = [f"cd {_quote(asked.folder)}", *(commands[name] for name in names if name in commands)]
    console.print("\nStart it yourself:")
    for line in lines:
        console.print(Text(f"  {strip_control(line)}", "cyan"), soft_wrap=True)
    print_sentences(console, f"README.md says more; {SPECIFICATION_PATH} is what was agreed.")


def _advise_going_on(asked: NewProject) -> str:
    option = "--demo " if asked.is_demo else ""
    return f"Go on with: greenlit new {option}--in {_quote(asked.folder)}"


def _quote(folder: Path) -> str:
    """Write a folder as the shell takes it for one word, and no command for an option."""
    name = f"./{folder}" if str(folder).startswith("-") else str(folder)
    return shlex.quote(strip_control(name))


def _clear(folder: Path, made_folders: int) -> None:
    """Leave nothing behind of a project that is not to be, and of the folders that it made."""
    shutil.rmtree(folder / OWN_FOLDER)
    specification = folder / SPECIFICATION_PATH
    specification.unlink(missing_ok=True)
    for place in (specification.parent, *[folder, *folder.parents][:made_folders]):
        with suppress(OSError):  # what is not empty is not ours alone
            place.rmdir()
