"""What a story is given and what an engine promises: Run, the Intents, `@step`, Engine, Journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache, cached_property, update_wrapper
from typing import Any, Concatenate, Generic, Literal, ParamSpec, Protocol, TypeVar, get_type_hints

from pydantic import TypeAdapter
from rich.text import Text

from bot.ports import Ports
from bot.values import (
    Attempt,
    Branch,
    LastRun,
    Outcome,
    PullEnd,
    Repo,
    RepoBranches,
    RunKey,
    RunState,
    Signal,
    Subject,
    Waiting,
)

P = ParamSpec("P")
R = TypeVar("R")
Summary = tuple[str, Text]  # what was done, and what came of it


class Step(Generic[P, R]):
    """One recorded act: its name in the record, its line for people, and its code.

    Called with the ports it is simply done; called through a Run it is remembered.
    """

    def __init__(
        self,
        name: str,
        act: Callable[Concatenate[Ports, P], R],
        summarize: Callable[[R], Summary | None] | None = None,
    ) -> None:
        self.name = name
        self._act = act
        self._summarize = summarize
        update_wrapper(self, act)

    def __call__(self, ports: Ports, /, *values: P.args, **named: P.kwargs) -> R:
        """Do it once, without a record."""
        return self._act(ports, *values, **named)

    @cached_property
    def result_kind(self) -> Any:
        """The type of the result, as the annotation says."""
        return get_type_hints(self._act)["return"]

    def summarize(self, result: object) -> Summary | None:
        """Say in a line what came of it; None where that would only be noise.

        `result` is JSON data as recorded. Raises pydantic.ValidationError for another version's.
        """
        if self._summarize is None:
            return None
        return self._summarize(from_json(result, self.result_kind))


class _MakeStep(Protocol):
    """What `@step(...)` gives: a decorator."""

    def __call__(self, act: Callable[Concatenate[Ports, P], R], /) -> Step[P, R]: ...


def step(name: str, summarize: Callable[[Any], Summary | None] | None = None) -> _MakeStep:
    """Make a function a step with this name in the record. Runs under way know it by that name."""

    def decorate(act: Callable[Concatenate[Ports, P], R], /) -> Step[P, R]:
        return Step(name, act, summarize)

    return decorate


# How a slot was waited for: not at all; or, in records of earlier releases, without asking anew
# whether a pull request's asker may still ask; or so that this is asked.
SlotWait = Literal["", "waited", "waited, asked anew"]


class Run(Protocol):
    """One run of a story, as the story sees it.

    What goes through it is remembered; nothing else may have effects.
    """

    @property
    def key(self) -> RunKey:
        """The run's name, such as "owner/repo#7/1"."""

    async def __call__(self, step: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        """Do a step and remember its result.

        Unreachable ports are tried again, capped; then Unreachable is raised.
        """

    async def wait(self, patience_s: float, waiting: Waiting | None = None) -> Signal | None:
        """Take the next signal of the inbox, or None when `patience_s` has passed.

        Who waits holds no slot of work. People are told what it waits for when that takes a while.
        """

    def slot(self, repo: Repo, asked_at: str = "") -> AbstractAsyncContextManager[SlotWait]:
        """Hold one of the limited slots of work, of this repository's and of all, in the block.

        Who asked first (`asked_at` is ISO 8601, UTC) is served first. Gives how it was waited for.
        """

    def heed(self, listen: Callable[[], Awaitable[None]] | None) -> None:
        """Have this done when a signal comes while the run waits for a slot or to try again.

        What it raises comes out of the call that waited. None: from now on nothing is done.
        """

    @property
    def state(self) -> RunState:
        """The newest state that was kept. Raises RuntimeError before there is one."""

    def keep(self, state: RunState) -> RunState:
        """Keep how the run stands, and return it.

        However the run ends, the newest one is recorded beside its outcome.
        """

    async def follow(self, branch: Branch) -> None:
        """Record the branch as this run's: from now on signals about it reach the run."""

    async def find_last_run(self, subject: Subject) -> LastRun | None:
        """Read from the record how the subject's newest run stands, and wake nobody."""

    async def find_last_state(self, subject: Subject) -> RunState | None:
        """Read from the record how the subject's newest run that got to work stood at its end."""

    async def find_attempts(self, subject: Subject) -> tuple[Attempt, ...]:
        """Read from the record what all ended runs of the subject pushed and what CI said of it,
        oldest first.
        """

    async def find_subject(self, repo: Repo, branch: Branch) -> Subject | None:
        """Read from the record what the newest run was about that followed this branch."""

    async def start(self, start: StartRun) -> tuple[RunKey, bool]:
        """Start another story for its subject, and tell whether it is new.

        A subject has one live run at a time.
        """

    async def signal(self, signal: SignalRun) -> bool:
        """Put a signal into the inbox of the live run that it is for; False when none lives."""


Story = Callable[[Run, Any], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class RunFault:
    """What ended a run that its story did not end: an error that nobody caught.

    The text is for the log and the page. `step` is the one that failed, by its name in the record;
    empty where it was the story itself or the engine. `state` is the newest one that was kept.
    """

    kind: Literal["refused", "gone", "failed"]
    text: str
    step: str = ""
    detail: str = ""  # of a refusal
    service: str = ""  # that is unreachable,
    since: float = 0.0  # and since when, in seconds since the epoch
    most_tries: int = 0  # where it answered, and otherwise than it documents
    state: RunState | None = None


@dataclass(frozen=True, slots=True)
class StartRun:
    """Start a story. `key` names the request: once is enough, however often it is heard.

    A `subject` instead of a key numbers the runs: "owner/repo#7" becomes "owner/repo#7/1", and "/2"
    once that ended.
    """

    story: Story
    value: object
    key: str = ""
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class SignalRun:
    """Put a signal into the inbox of a live run: a subject's, or the one whose branch it is.

    `key` makes it happen once.
    """

    to: Subject | RepoBranches
    signal: Signal
    key: str = ""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Do nothing, for a reason that goes into the log."""

    why: str


Intent = StartRun | SignalRun | Ignore


class Engine(Protocol):
    """What the door hands intents to. When a call returns, the intent is on disk."""

    async def start(self, start: StartRun) -> RunKey:
        """Start a run, or find the one that this request started before."""

    async def signal(self, signal: SignalRun) -> tuple[RunKey, ...]:
        """Signal the live run that the signal is for, and return its key; none when none lives."""


@dataclass(frozen=True, slots=True)
class StepView:
    """A remembered step. `result` is JSON data as recorded; times are seconds since the epoch."""

    number: int
    name: str
    began: float
    ended: float
    result: object = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the record shows it."""

    key: RunKey
    story: str
    state: str  # "queued", "running", or the outcome's word
    began: float
    changed: float
    value: object = None
    outcome: Outcome | None = None
    error: str = ""
    branch: str = ""  # its own, once it is named
    report: str = ""  # of a live run: what people were told last


class Journal(Protocol):
    """The record that the engine replays, to be read by people. There is no second bookkeeping."""

    def runs(self, limit: int, story: str = "") -> tuple[RunView, ...]:
        """List the newest runs, newest first; of one story, when it is named."""

    def run(self, key: RunKey) -> RunView | None:
        """Find a run by its key."""

    def steps(self, key: RunKey) -> tuple[StepView, ...]:
        """List a run's steps in the order in which they were done."""

    def last_state(self, subject: Subject) -> RunState | None:
        """Read how the subject's newest ended run that got to work stood at its end.

        Plan, conversation, patch and attempts are in it, for a run that goes on from there. None
        when there is none; one that was refused before it read any code left nothing.
        """

    def pull_end(self, repo: str, number: int) -> PullEnd | None:
        """Read how a pull request of the bot ended; None where it has not, or nobody knows."""


def to_json(value: object) -> Any:
    """Turn a value into JSON data."""
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json")


def from_json(data: object, kind: Any) -> Any:
    """Turn JSON data back into the value it was; `kind` is a type or an annotation.

    Raises pydantic.ValidationError.
    """
    return _adapter(kind).validate_python(data)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Make it once for each kind: making one takes two milliseconds, which a burst feels."""
    return TypeAdapter(kind)
