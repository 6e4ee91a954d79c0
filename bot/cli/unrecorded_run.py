"""A run without a record: each step is simply done, and shown in the terminal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar, cast

from rich.console import Console
from rich.text import Text

from bot.cli.progress_line import show_progress
from bot.cli.terminal import StepLine
from bot.ports import Ports, Refusal
from bot.run import SignalRun, SlotWait, StartRun, Step, to_json
from bot.text.amounts import count_noun
from bot.values import (
    Attempt,
    Branch,
    LastRun,
    PostedComment,
    Reaction,
    Repo,
    RunKey,
    RunState,
    Signal,
    Subject,
    Waiting,
)

P = ParamSpec("P")
R = TypeVar("R")

# What a step that takes its time does, by its name in the record.
DOING = {
    "retrieve": "Finding the code that it is about",
    "ask_model": "Waiting for Claude",
    "use_tools": "Reading, editing, running",
    "compute_caps": "Trying what keeps code from harm",
    "prove_change": "Running the tests of the change",
    "run_local_checks": "Running the repository's checks",
    "inspect_change": "Checking the change",
    "open_project": "Looking at what this machine has",
    "try_project": "Installing, compiling, starting, testing",
}


class UnrecordedRun:
    """The port `bot.run.Run` for one run, on which nobody calls."""

    def __init__(self, ports: Ports, console: Console, key: RunKey) -> None:
        self.ports = ports
        self.console = console
        self.key = key
        self._state: RunState | None = None

    async def __call__(self, act: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        """Do the step, and print its line."""
        began = time.monotonic()
        with show_progress(DOING.get(act.name, "Working"), self.console):
            result = act(self.ports, *values, **named)
        summary = act.summarize(to_json(result))
        if summary:
            self.console.print(StepLine(time.monotonic() - began, *summary))
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

    def print_total(self, model: str, took_s: float) -> None:
        """Print what the whole run took and cost."""
        cost = f"{count_noun(self.state.turns, 'turn')} of {model}, ${self.state.usage.usd:.2f}"
        self.console.print(StepLine(took_s, "in all", Text(cost)))

    async def wait(
        self,
        patience_s: float,  # noqa: ARG002 - nobody to wait for
        waiting: Waiting | None = None,  # noqa: ARG002 - nobody to tell
    ) -> Signal | None:
        """Return at once: nobody signals this run."""
        return None

    @asynccontextmanager
    async def slot(
        self,
        repo: Repo,  # noqa: ARG002 - one run, one slot
        asked_at: str = "",  # noqa: ARG002
    ) -> AsyncIterator[SlotWait]:
        """Go on at once: there is one run, so there is no limit."""
        yield ""

    def heed(self, listen: Callable[[], Awaitable[None]] | None) -> None:
        """Do nothing: nobody signals this run."""

    async def follow(self, branch: Branch) -> None:
        """Record nothing: nothing is pushed from here."""

    async def find_last_run(self, subject: Subject) -> LastRun | None:  # noqa: ARG002 - no record
        """Find nothing: there is no record."""
        return None

    async def find_last_state(self, subject: Subject) -> RunState | None:  # noqa: ARG002 - no record
        """Find nothing: there is no record."""
        return None

    async def find_attempts(self, subject: Subject) -> tuple[Attempt, ...]:  # noqa: ARG002 - no record
        """Return nothing."""
        return ()

    async def find_subject(self, repo: Repo, branch: Branch) -> Subject | None:  # noqa: ARG002 - no record
        """Find nothing: there is no record."""
        return None

    async def start(self, start: StartRun) -> tuple[RunKey, bool]:  # noqa: ARG002 - always refused
        """Refuse: without a record no other story can be started."""
        raise Refusal("without a record no other story can be started")

    async def signal(self, signal: SignalRun) -> bool:  # noqa: ARG002 - nobody listens
        """Tell that no run lives that could hear it."""
        return False


def run_at_once(story: Coroutine[Any, Any, R]) -> R:
    """Run without an event loop: nothing waits, so nothing stands between Ctrl-C and a step."""
    try:
        story.send(None)
    except StopIteration as ended:
        return cast("R", ended.value)
    raise RuntimeError("it waits, and nobody would wake it")


class SilentComments:
    """Stands where the run's comment would be: the terminal shows the steps themselves."""

    def put_comment(  # the port's, where nobody reads it
        self,
        repo: Repo,  # noqa: ARG002
        number: int,  # noqa: ARG002
        marker: str,  # noqa: ARG002
        body: str,  # noqa: ARG002
    ) -> PostedComment:
        """Write nothing."""
        return PostedComment(0, "")

    def put_refusal(self, repo: Repo, number: int, login: str, body: str) -> bool:  # noqa: ARG002 - nobody reads it
        """Write nothing."""
        return False

    def add_reaction(
        self, repo: Repo, number: int, comment: int | None, reaction: Reaction = "eyes"
    ) -> None:
        """Write nothing."""
