"""`greenlit solve`: plan, edit and check on a folder, with neither GitHub nor a record."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from rich.console import Console
from rich.text import Text

from bot.adapters.checkers import build_checkers
from bot.adapters.embeddings import open_embedder
from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_errors import GitError, GitUnfitError
from bot.adapters.git.git_process import require_git
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.work_tree import WorkTree
from bot.adapters.log_cache import DiskLogCache
from bot.assembly import SystemClock, build_local_sandbox, build_model, build_own_secrets
from bot.cli.inputs import (
    MISTAKES,
    WrongUseError,
    is_typed,
    print_error,
    read_request,
    require_folder,
)
from bot.cli.split_view import print_split
from bot.cli.terminal import colour_diff, open_console, print_sentences
from bot.cli.unrecorded_run import SilentComments, UnrecordedRun, run_at_once
from bot.ports import Ports, Refusal, Unreachable
from bot.settings import SolveSettings
from bot.steps.admit import compute_caps
from bot.steps.repo_config import PATH, read_config
from bot.steps.retrieve import retrieve
from bot.stories.agent import write
from bot.stories.checks_here import learn_checks
from bot.stories.stops import Answered, Asks, GaveUp, TooBig
from bot.text.terminal_text import strip_control
from bot.values import Issue, Repo, Request, RunKey, RunState, Tree

DONE, NOT_DONE, WRONG_USE = 0, 1, 2
LOCAL_REPO = Repo("this/folder")
LIMIT_CHARS = 65_536  # GitHub's own cap on an issue's text


@dataclass(frozen=True, slots=True)
class LocalRepository:
    """A repository on this machine: its newest commit, and its files where it has any."""

    folder: Path
    tree: Tree
    files: WorkTree | None
    takes_whole: bool = False  # a request is solved in one change, however big


@dataclass(frozen=True, slots=True)
class LocalTask:
    """What was typed: the folder, the file with the request, and whether to write there."""

    folder: Path
    request_file: str
    apply: bool = False
    is_whole: bool = False  # in one change, however big


def solve_task(
    console: Console, load_settings: Callable[[], SolveSettings], task: LocalTask
) -> int:
    """Write the change for the request: the diff to standard output, all else to `console`.

    Settings are asked for when all else is in order. Returns 0 when it is done, 1 when it is not,
    2 for wrong use.
    """
    with TemporaryDirectory(prefix="greenlit-") as home:
        try:
            repository = _borrow(Path(home), task)
            settings = load_settings() if is_typed(task.request_file) else None
            title, body = read_request(task.request_file, LIMIT_CHARS)
        except MISTAKES as wrong:
            print_error(wrong, console)
            return WRONG_USE
        settings = settings or load_settings()
        if repository.files and repository.files.is_dirty():
            console.print(
                "Changes that are not committed are not seen: the base is the newest commit.",
                style="magenta",
            )
        issue = Issue(0, title, body, "you")
        changes = _attempt(console, settings, Path(home), repository, issue)
    if changes is None:
        return NOT_DONE
    _print_diff(changes)
    if task.apply and repository.files:
        return _apply(console, repository.files, changes)
    return DONE


def _borrow(home: Path, task: LocalTask) -> LocalRepository:
    folder = task.folder
    require_folder(folder)
    require_git()
    repository = borrow_repository(home, folder)
    if repository.is_shallow:  # what the history tells of the request would be missing
        raise WrongUseError(
            f"{folder} is a shallow clone: bring the rest of it with git fetch --unshallow."
        )
    if not repository.branch:
        raise WrongUseError(
            f"{folder} has no branch checked out (its HEAD is detached): check one out first."
        )
    tree = replace(repository.tree(), branch=repository.branch)
    files = repository.work_tree() if repository.source.root else None
    if task.apply and not files:
        raise WrongUseError(
            f"{folder} is a bare repository: there are no files to write into. Leave --apply out."
        )
    return LocalRepository(folder, tree, files, task.is_whole)


def _attempt(
    console: Console, settings: SolveSettings, home: Path, repository: LocalRepository, issue: Issue
) -> str | None:
    """Write the change as a diff; None when it was not made, which is told."""
    try:
        return _solve(console, settings, home, repository, issue)
    except Asks as asks:
        console.print(Text("\nIt asks first. Answer in the request, then run this again:", "bold"))
        questions = "\n".join(f"- {question}" for question in asks.outcome.questions)
        console.print(Text(strip_control(questions)))
    except TooBig as too_big:
        print_split(console, too_big)
    except Answered as answer:
        console.print(Text(f"\n{strip_control(answer.outcome.text)}\nNothing was changed."))
    except (Refusal, Unreachable, GaveUp, GitUnfitError) as ended:
        words = strip_control(f"{ended}{_quote_detail(ended)}")
        console.print(Text.assemble(("\nNot solved. ", "bold red"), words))
    return None


def _quote_detail(ended: Exception) -> str:
    """Quote what a service said itself: whoever runs this command is its operator too."""
    match ended:
        case Refusal(detail=detail) if detail:
            return f" It said: {detail}"
        case GaveUp(outcome=outcome) if outcome.detail:
            return f" It said: {outcome.detail}"
        case _:
            return ""


def _solve(
    console: Console, settings: SolveSettings, home: Path, repository: LocalRepository, issue: Issue
) -> str:
    tree = repository.tree
    ports = _build_ports(settings, home, repository.folder)
    run = UnrecordedRun(ports, console, RunKey(f"{home.name}#0/1"))
    state = run_at_once(_prepare(run, tree, issue, is_whole=repository.takes_whole))
    try:
        state = run_at_once(write(run, state))
    finally:
        if state.project is not None:
            ports.sandbox.discard(run.key)
        run.print_total(settings.model, run.state.model_s)
    finish = state.finish_call.finish
    title = (strip_control(finish.title), "bold")
    console.print(Text.assemble("\n", title, f"\n{strip_control(finish.summary)}\n"))
    return ports.mirrors.diff(tree, state.patch)


def _build_ports(settings: SolveSettings, home: Path, folder: Path) -> Ports:
    mirrors = GitMirrors(home, ())
    return Ports(
        mirrors,
        build_model(settings),
        SystemClock(),
        settings.caps,
        build_checkers(settings.package_indexes, build_own_secrets(settings)),
        embedder=open_embedder(*settings.embeddings_source),
        log_cache=DiskLogCache(home / "logs"),
        comments=SilentComments(),
        sandbox=build_local_sandbox(settings, mirrors, folder),
    )


async def _prepare(run: UnrecordedRun, tree: Tree, issue: Issue, *, is_whole: bool) -> RunState:
    """Read the repository's own configuration, and find the places to look at."""
    request = Request(LOCAL_REPO, 0, "you", "", "", title=issue.title, body=issue.body)
    content = run.ports.mirrors.read(tree, [PATH]).get(PATH)
    config = read_config(None if content is None else content.decode("utf-8", "replace"))
    # Nothing is pushed from here, so there is nothing to approve either.
    config = replace(config, approve="never", ci_secrets="allow")
    if is_whole:
        config = replace(config, split="never")
    caps = await run(compute_caps, config)
    retrieval = await run(retrieve, tree, issue)
    state = RunState(run.key, request, config=config, caps=caps, issue=issue)
    state = replace(state, tree=tree, retrieval=retrieval)
    return run.keep(await learn_checks(run, state))


def _print_diff(changes: str) -> None:
    """Print in colours for people; for a file or a pipe as it is, so that git can apply it."""
    out = open_console()
    if out.is_terminal:
        out.print(colour_diff(changes), soft_wrap=True)
    else:
        sys.stdout.write(changes)
        sys.stdout.flush()


def _apply(console: Console, files: WorkTree, changes: str) -> int:
    """Write all of it or nothing: git looks at every file before it writes the first."""
    try:
        files.apply(changes)
    except GitError as failed:
        _keep_patch(console, changes, failed)
        return NOT_DONE
    print_sentences(console, f"Written into {files.root}. Nothing is committed.")
    return DONE


def _keep_patch(console: Console, changes: str, failed: GitError) -> None:
    """Keep what was paid for and does not fit."""
    with NamedTemporaryFile(
        "w", prefix="greenlit-", suffix=".patch", encoding="utf-8", delete=False
    ) as file:
        file.write(changes)
    headline = "Not applied, nothing was written: it does not fit what is in the folder."
    console.print(Text(headline, "bold red"))
    for line in str(failed).splitlines():
        print_sentences(console, strip_control(line.removeprefix("error: ")))
    console.print(
        f"The change is kept. Commit or stash your own, then: git apply {file.name}", soft_wrap=True
    )
