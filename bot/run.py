"""Here live Run, the Intents and the Engine: how stories are started, told, remembered and read
back.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, get_type_hints

from pydantic import TypeAdapter

from bot.ports import Ports
from bot.values import Outcome, Repo, RunKey, Signal, Subject

P = ParamSpec("P")
R = TypeVar("R")


class Run(Protocol):
    """One run of a story, as the story sees it. What goes through it is remembered; nothing else
    may have effects.
    """

    @property
    def key(self) -> RunKey: ...

    async def __call__(
        self, step: Callable[Concatenate[Ports, P], R], /, *values: P.args, **named: P.kwargs
    ) -> R:
        """Do a step and remember its result. Unreachable ports are tried again, capped; then
        Unreachable is raised.
        """

    async def wait(self, patience_s: float) -> Signal | None:
        """The next note of the inbox, or None when `patience_s` has passed. Who waits holds no slot
        of work.
        """

    def slot(self, repo: Repo) -> AbstractAsyncContextManager[None]:
        """Hold one of the limited slots of work, of this repository's and of all, for as long as
        the block lasts.
        """

    async def begin(self, start: StartRun) -> tuple[RunKey, bool]:
        """Start another story for its subject, and whether it is new: a subject has one live run at
        a time.
        """

    async def tell(self, tell: SignalRun) -> bool:
        """Put a note into the inbox of the subject's live run; False when none lives."""


Story = Callable[[Run, Any], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class StartRun:
    """Start a story. `key` names the asking: once is enough, however often it is heard.

    A `subject` instead of a key numbers the runs: "owner/repo#7" becomes "owner/repo#7/1", and "/2"
    once that ended.
    """

    story: Story
    value: object
    key: str = ""
    subject: Subject | None = None


@dataclass(frozen=True, slots=True)
class SignalRun:
    """Put a note into the inbox of the live run of a subject, if there is one. `key` makes it
    happen once.
    """

    subject: Subject
    note: Signal
    key: str = ""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Do nothing, for a reason that goes into the log."""

    why: str


Intent = StartRun | SignalRun | Ignore


class Engine(Protocol):
    """What the door hands intents to. When a call returns, the intent is on disk."""

    async def start(self, start: StartRun) -> RunKey: ...

    async def tell(self, tell: SignalRun) -> bool: ...


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


class Journal(Protocol):
    """The record that the engine replays, to be read by people. There is no second bookkeeping."""

    def runs(self, limit: int, story: str = "") -> tuple[RunView, ...]:
        """The newest runs, newest first."""

    def run(self, key: RunKey) -> RunView | None: ...

    def steps(self, key: RunKey) -> tuple[StepView, ...]:
        """In the order in which they were done."""


def to_json(value: object) -> Any:
    """A value as JSON data."""
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json")


def from_json(data: object, kind: Any) -> Any:
    """JSON data as the value it was; `kind` is a type or an annotation. Raises
    pydantic.ValidationError.
    """
    return _adapter(kind).validate_python(data)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Made once for each kind: making one takes two milliseconds, which a burst of deliveries
    feels.
    """
    return TypeAdapter(kind)


def result_kind(step: Callable[..., object]) -> Any:
    """What a step returns, as its annotation says."""
    return get_type_hints(step)["return"]
