"""Here lives `greenlit solve`: the same plan, edits and gates, on a folder, with neither GitHub nor a record."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax

from bot.adapters.git import Mirrors
from bot.assembly import SystemClock, claude
from bot.config import PATH, read_config
from bot.run import Start, Tell
from bot.settings import ModelSettings
from bot.steps.edit import Desk
from bot.steps.retrieve import retrieve
from bot.text import visible
from bot.values import Asking, Branch, Finish, Issue, Note, Patch, Plan, Remote, Repo, RunKey, Tree
from bot.world import Caps, GitHub, Refusal, Unreachable, World
from handlers.telling import GaveUp
from handlers.writing import Asks, Writer

P = ParamSpec("P")
R = TypeVar("R")
DONE, NOT_DONE, WRONG_USE = 0, 1, 2
HERE = Repo("here/folder", 0)


def solved(console: Console, settings: ModelSettings, folder: Path, issue: str, *, apply: bool) -> int:
    """Show the plan and the diff for the request; write it into the folder when told to. 0 done, 1 not, 2 wrong use."""
    try:
        request = _request(issue)
        branch = _branch(folder)
        with TemporaryDirectory(prefix="greenlit-") as home:
            git = Mirrors(Path(home), ("file",))
            tree = git.fetch(HERE, Remote(folder.resolve().as_uri()), branch)
            world = World(cast("GitHub", Nowhere()), git, claude(settings), SystemClock(), _caps(settings))
            patch, finish = asyncio.run(_written(console, world, tree, request))
            diff = git.diff(tree, patch)
    except (Refusal, Unreachable, GaveUp, Asks) as ended:
        console.print(f"[bold red]Not solved.[/] {escape(str(ended))}", highlight=False)
        return NOT_DONE
    except (OSError, ValueError) as wrong:
        console.print(f"[bold red]{escape(str(wrong))}[/]", highlight=False)
        return WRONG_USE
    console.print(f"\n[bold]{escape(finish.title)}[/]\n{escape(finish.summary)}\n", highlight=False)
    console.print(Syntax(diff, "diff", background_color="default", word_wrap=True))
    return _apply(console, folder, diff) if apply else DONE


async def _written(console: Console, world: World, tree: Tree, request: Issue) -> tuple[Patch, Finish]:
    run = Plain(world)
    asking = Asking(HERE, 0, "you", "", "", title=request.title, body=request.body)
    text = world.git.read(tree, [PATH]).get(PATH)
    config = read_config(text.decode() if text else None)
    clues = await run(retrieve, tree, request)
    desk = Desk(tree, request, clues, instructions=config.instructions)
    writer = Writer(run, asking, Printer(console), desk, config, world.caps)
    finish = await writer.finish()
    console.print(f"[dim]${writer.spent.usd:.2f}, {writer.turns} turns[/]")
    return writer.patch, finish


class Plain:
    """A run without a record: each step is simply done."""

    key = RunKey("here#0/1")

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, step: Callable[Concatenate[World, P], R], /, *values: P.args, **named: P.kwargs) -> R:
        return await asyncio.to_thread(step, self.world, *values, **named)

    async def wait(self, patience_s: float) -> Note | None:  # noqa: ARG002 - nobody to wait for
        """Nobody tells this run anything."""
        return None

    @asynccontextmanager
    async def slot(self, repo: Repo) -> AsyncIterator[None]:  # noqa: ARG002 - one run, one slot
        """There is one run, so there is no limit."""
        yield

    async def begin(self, start: Start) -> tuple[RunKey, bool]:  # noqa: ARG002 - always refused
        raise Refusal("without a record no other story can be started")

    async def tell(self, tell: Tell) -> bool:  # noqa: ARG002 - nobody listens
        return False


class Printer:
    """Tells the terminal what a Teller tells the issue."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def note(self, **changed: Any) -> None:
        if "turns" in changed:
            self.console.print(f"[dim]turn {changed['turns']}[/]", highlight=False)

    async def __call__(self, **changed: Any) -> None:
        plan = changed.get("plan")
        if isinstance(plan, Plan):
            self.console.print(f"\n[bold]Plan.[/] {escape(plan.summary)}", highlight=False)
            for file in plan.files:
                self.console.print(f"  [cyan]{escape(file.path)}[/] {escape(file.change)}", highlight=False)
            for question in plan.questions:
                self.console.print(f"  [yellow]?[/] {escape(question)}", highlight=False)


class Nowhere:
    """Stands where GitHub would be: whatever is asked of it is refused in words."""

    def __getattr__(self, name: str) -> Any:
        raise Refusal(f"there is no GitHub here, so {name} cannot be asked")


def _request(issue: str) -> Issue:
    text = sys.stdin.read() if issue == "-" else Path(issue).read_text(encoding="utf-8")
    title, _, body = text.strip().partition("\n")
    if not title:
        raise ValueError(f"the request {issue} is empty: its first line is the title, the rest says what is wanted")
    return Issue(0, visible(title.lstrip("# ")), visible(body), "you")


def _branch(folder: Path) -> Branch:
    asked = ["git", "-C", str(folder), "symbolic-ref", "--short", "HEAD"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    if found.returncode:
        raise ValueError(f"{folder} is no git repository with a branch checked out: {found.stderr.strip()}")
    return Branch(found.stdout.strip())


def _caps(settings: ModelSettings) -> Caps:
    return Caps(settings.usd_per_run, settings.turns_per_run, settings.minutes_per_run)


def _apply(console: Console, folder: Path, diff: str) -> int:
    done = subprocess.run(
        ["git", "-C", str(folder), "apply", "--whitespace=nowarn"], input=diff.encode(), capture_output=True, check=False
    )
    if done.returncode:
        console.print(f"[bold red]Not applied:[/] {escape(done.stderr.decode())}", highlight=False)
        return NOT_DONE
    console.print(f"Written into {folder}. Nothing is committed.")
    return DONE
