"""Traces: what a run did, part by part, for people who look at it in a viewer of traces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

SpanAttribute = str | int | float | tuple[str, ...]
SpanKind = Literal["internal", "client", "server"]
NO_ATTRIBUTES: Mapping[str, SpanAttribute] = MappingProxyType({})


@dataclass(slots=True)
class TraceSpan:
    """A part of a run's work; what is noted of it until it ends goes out with it.

    Words of people, of the model and of code, headers and queries of addresses stand in none.
    Attributes are called as OpenTelemetry's semantic conventions do, ours "greenlit.…".
    """

    name: str
    kind: SpanKind = "internal"
    attributes: dict[str, SpanAttribute] = field(default_factory=dict)
    error: str = ""  # the kind of error that ended it, such as "Unreachable" or "503"


class Traces(Protocol):
    """Keep spans. Safe to use from many threads; each call takes microseconds.

    Which span the work of a thread or task belongs to is among the fields of its log, as `trace_id`
    and `span_id`. Where they are not, nothing is kept.
    """

    def name_run(self, key: str, delivery: str = "") -> Mapping[str, str]:
        """Name a run's trace and its span in it, as fields of the log: the same in each process."""

    def span(
        self, name: str, kind: SpanKind = "internal", attributes: Mapping[str, SpanAttribute] = ...
    ) -> AbstractContextManager[TraceSpan]:
        """Time the block as a part of what the thread or task does."""

    def keep(self, span: TraceSpan, began: float) -> None:
        """Keep a part that ends now, and began then, in seconds since the epoch."""

    def keep_run(self, span: TraceSpan, began: float, started_by: str) -> None:
        """Keep the span of the run whose fields these are; another run may have started it."""


class SentTraces(Traces, Protocol):
    """Traces that are sent somewhere."""

    def close(self) -> None:
        """Send what waits, if that can be done soon."""


class NoTraces:
    """Traces that nobody keeps."""

    def name_run(self, key: str, delivery: str = "") -> Mapping[str, str]:  # noqa: ARG002
        """Name nothing."""
        return {}

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind = "internal",
        attributes: Mapping[str, SpanAttribute] = NO_ATTRIBUTES,  # noqa: ARG002
    ) -> Iterator[TraceSpan]:
        """Do nothing but the block."""
        yield TraceSpan(name, kind)

    def keep(self, span: TraceSpan, began: float) -> None:
        """Do nothing."""

    def keep_run(self, span: TraceSpan, began: float, started_by: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
