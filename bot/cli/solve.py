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
from bot.ports import Caps, Ports, Refusal, Unreachable
from bot.run import SignalRun, StartRun, Step, to_json
from bot.settings import ModelSettings
from bot.steps.admit import limits
from bot.steps.repo_config import PATH, read_config
from bot.steps.retrieve import retrieve
from bot.stories.agent import Asks, Writer
from bot.stories.progress import GaveUp
from bot.text import extract_visible
from bot.text.terminal_text import strip_control
from bot.tools import AgentContext
from bot.values import Issue, Repo, Request, RunKey, Signal, Tree

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
    )
    writer = _at_once(_writer(console, ports, tree, request))
    try:
        finish = _at_once(writer.finish())
    finally:
        cost = f"{writer.turns} turns of {settings.model}, ${writer.spent.usd:.2f}"
        console.print(step(writer.worked_s, "in all", Text(cost)))
    console.print(
        Text.assemble(
            "\n", (strip_control(finish.title), "bold"), f"\n{strip_control(finish.summary)}\n"
        )
    )
    return mirrors.diff(tree, writer.patch)


async def _writer(console: Console, ports: Ports, tree: Tree, request: Issue) -> Writer:
    """Ready to write: the repository's own configuration is read, and the places to look at are
    found.
    """
    run = Plain(ports, console)
    trigger = Request(HERE, 0, "you", "", "", title=request.title, body=request.body)
    text = ports.mirrors.read(tree, [PATH]).get(PATH)
    config = read_config(None if text is None else text.decode("utf-8", "replace"))
    caps = await run(limits, config)
    clues = await run(retrieve, tree, request)
    desk = AgentContext(tree, request, clues, instructions=config.instructions)
    return Writer(run, trigger, Silent(), desk, config, caps)


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

    async def __call__(self, act: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        began = time.monotonic()
        with self.console.status("working"):
            result = act(self.ports, *values, **named)
        said = act.summarize(to_json(result))
        if said:
            self.console.print(step(time.monotonic() - began, *said))
        return result

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


class Silent:
    """Told how it stands, it says nothing: the terminal shows the steps themselves."""

    def note(self, **changed: Any) -> None: ...

    async def __call__(self, **changed: Any) -> None: ...


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
