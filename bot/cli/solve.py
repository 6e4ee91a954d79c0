"""Here lives `greenlit solve`: the same plan, edits and gates, on a folder, with neither GitHub nor
a record.
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any, ParamSpec, TypeVar, cast

from rich.console import Console
from rich.text import Text

from bot.adapters.checkers import build_checkers
from bot.adapters.embeddings import open_embedder
from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_process import GitError, GitUnfitError, require_git
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.repository_folder import NoRepositoryError
from bot.adapters.git.work_tree import WorkTree
from bot.assembly import SystemClock, claude
from bot.cli.terminal import diff, step, terminal
from bot.ports import Ports, Refusal, Unreachable
from bot.run import SignalRun, StartRun, Step, to_json
from bot.settings import ModelSettings
from bot.steps.admit import compute_caps
from bot.steps.repo_config import PATH, read_config
from bot.steps.retrieve import retrieve
from bot.stories.agent import write
from bot.stories.stops import Asks, GaveUp
from bot.text import extract_visible
from bot.text.terminal_text import strip_control
from bot.values import (
    Caps,
    Issue,
    Repo,
    Request,
    RunKey,
    RunState,
    Signal,
    Tree,
)

P = ParamSpec("P")
R = TypeVar("R")
DONE, NOT_DONE, WRONG_USE = 0, 1, 2
HERE = Repo("this/folder")
MOST_CHARS = 65_536  # GitHub's own cap on an issue's text


class WrongUseError(Exception):
    """What was typed cannot be meant; the text says why, and what can."""


def solved(
    console: Console, settings: ModelSettings, folder: Path, issue: str, *, apply: bool
) -> int:
    """Write the change for the request and show it: the diff on standard output, all else on
    `console`.

    0 done, 1 not done, 2 wrong use.
    """
    with TemporaryDirectory(prefix="greenlit-") as home:
        try:
            place = _place(Path(home), folder, apply=apply)
            request = _request(issue)
        except WrongUseError as wrong:
            console.print(Text(strip_control(str(wrong)), "red"))
            return WRONG_USE
        return _solved(console, settings, Path(home), place, request, apply=apply)


def _solved(
    console: Console,
    settings: ModelSettings,
    home: Path,
    place: Place,
    request: Issue,
    *,
    apply: bool,
) -> int:
    if place.files and place.files.is_dirty():
        console.print(
            "Changes that are not committed are not seen: the base is the newest commit.",
            style="magenta",
        )
    try:
        changes = _solve(console, settings, home, place.tree, request)
    except Asks as asks:
        console.print(Text("\nIt asks first. Answer in the request, then run this again:", "bold"))
        console.print("\n".join(f"- {strip_control(question)}" for question in asks.questions))
        return NOT_DONE
    except (Refusal, Unreachable, GaveUp, GitUnfitError) as ended:
        console.print(Text.assemble(("\nNot solved. ", "bold red"), strip_control(str(ended))))
        return NOT_DONE
    _show(changes)
    return _apply(console, place.files, changes) if apply and place.files else DONE


@dataclass(frozen=True, slots=True)
class Place:
    """The repository as it lies there: its newest commit, and its files where it has any."""

    tree: Tree
    files: WorkTree | None


def _place(home: Path, folder: Path, *, apply: bool) -> Place:
    try:
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
    except (GitUnfitError, NoRepositoryError) as wrong:
        raise WrongUseError(str(wrong)) from None
    if apply and not files:
        raise WrongUseError(
            f"{folder} is a bare repository: there are no files to write into. Leave --apply out."
        )
    return Place(tree, files)


def _request(issue: str) -> Issue:
    try:
        raw = sys.stdin.buffer.read() if issue == "-" else Path(issue).read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUseError(f"The request {issue} is not UTF-8 text.") from None
    except (OSError, ValueError) as wrong:
        raise WrongUseError(
            f"The request {issue} cannot be read: {getattr(wrong, 'strerror', wrong)}."
        ) from None
    if len(text) > MOST_CHARS:
        raise WrongUseError(
            f"The request {issue} has {len(text):,} characters; an issue has at most {MOST_CHARS:,}."
        )
    title, _, body = extract_visible(text).strip().partition("\n")
    if not title:
        raise WrongUseError(
            f"The request {issue} is empty. Its first line is the title, the rest says what is wanted."
        )
    return Issue(0, title.lstrip("# "), body.strip(), "you")


def _solve(
    console: Console, settings: ModelSettings, home: Path, tree: Tree, request: Issue
) -> str:
    """The change as a diff."""
    mirrors = GitMirrors(home, ())
    caps = Caps(settings.usd_per_run, settings.turns_per_run, settings.minutes_per_run)
    ports = Ports(
        mirrors,
        claude(settings),
        SystemClock(),
        caps,
        build_checkers(settings.package_indexes),
        embedder=open_embedder(*settings.embeddings_source),
        comments=SilentComments(),
    )
    run = Plain(ports, console)
    state = _at_once(_prepare(run, tree, request))
    try:
        state = _at_once(write(run, state))
    finally:
        cost = f"{run.state.turns} turns of {settings.model}, ${run.state.usage.usd:.2f}"
        console.print(step(run.state.model_s, "in all", Text(cost)))
    finish = state.finish_call.finish
    console.print(
        Text.assemble(
            "\n", (strip_control(finish.title), "bold"), f"\n{strip_control(finish.summary)}\n"
        )
    )
    return mirrors.diff(tree, state.patch)


async def _prepare(run: Plain, tree: Tree, request: Issue) -> RunState:
    """Read the repository's own configuration, and find the places to look at."""
    trigger = Request(HERE, 0, "you", "", "", title=request.title, body=request.body)
    data = run.ports.mirrors.read(tree, [PATH]).get(PATH)
    config = read_config(None if data is None else data.decode("utf-8", "replace"))
    caps = await run(compute_caps, config)
    retrieval = await run(retrieve, tree, request)
    state = RunState(run.key, trigger, config=config, caps=caps, issue=request)
    return run.keep(replace(state, tree=tree, retrieval=retrieval))


def _at_once(doing: Coroutine[Any, Any, R]) -> R:
    """Nothing here waits for anything, so it needs no loop, and nothing stands between Ctrl-C and a
    step.
    """
    try:
        doing.send(None)
    except StopIteration as done:
        return cast("R", done.value)
    raise RuntimeError("it waits, and nobody would wake it")


class Plain:
    """A run without a record: each step is simply done, and told."""

    key = RunKey("here#0/1")

    def __init__(self, ports: Ports, console: Console) -> None:
        self.ports = ports
        self.console = console
        self._state: RunState | None = None

    async def __call__(self, act: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        began = time.monotonic()
        with self.console.status("working"):
            result = act(self.ports, *values, **named)
        said = act.summarize(to_json(result))
        if said:
            self.console.print(step(time.monotonic() - began, *said))
        return result

    @property
    def state(self) -> RunState:
        """The newest state that was kept."""
        if self._state is None:
            raise RuntimeError("the run has kept no state yet")
        return self._state

    def keep(self, state: RunState) -> RunState:
        """Keep how the run stands."""
        self._state = state
        return state

    async def wait(self, patience_s: float) -> Signal | None:  # noqa: ARG002 - nobody to wait for
        """Nobody tells this run anything."""
        return None

    @asynccontextmanager
    async def slot(self, repo: Repo) -> AsyncIterator[None]:  # noqa: ARG002 - one run, one slot
        """There is one run, so there is no limit."""
        yield

    async def start(self, start: StartRun) -> tuple[RunKey, bool]:  # noqa: ARG002 - always refused
        raise Refusal("without a record no other story can be started")

    async def signal(self, signal: SignalRun) -> bool:  # noqa: ARG002 - nobody listens
        return False


class SilentComments:
    """Stand where the run's comment would be: the terminal shows the steps themselves."""

    def put_comment(self, repo: Repo, number: int, marker: str, body: str) -> int:  # noqa: ARG002 - nobody reads it
        """Write nothing."""
        return 0

    def add_reaction(self, repo: Repo, number: int, comment: int | None) -> None:
        """Write nothing."""


def _show(changes: str) -> None:
    """In colours for people; as it is for a file or a pipe, so that git can apply it."""
    out = terminal()
    if out.is_terminal:
        out.print(diff(changes))
    else:
        sys.stdout.write(changes)
        sys.stdout.flush()


def _apply(console: Console, files: WorkTree, changes: str) -> int:
    """All of it or nothing: git looks at every file before it writes the first."""
    try:
        files.apply(changes)
    except GitError as failed:
        return _keep(console, changes, failed)
    console.print(f"Written into {files.root}. Nothing is committed.", soft_wrap=True)
    return DONE


def _keep(console: Console, changes: str, failed: GitError) -> int:
    """Keep what was paid for and does not fit."""
    with NamedTemporaryFile(
        "w", prefix="greenlit-", suffix=".patch", encoding="utf-8", delete=False
    ) as kept:
        kept.write(changes)
    console.print(
        Text("Not applied, nothing was written: it does not fit what is in the folder.", "bold red")
    )
    console.print(strip_control(str(failed)))
    console.print(
        f"The change is kept. Commit or stash your own, then: git apply {kept.name}", soft_wrap=True
    )
    return NOT_DONE
