"""Keep spans, and send them to an OpenTelemetry collector by OTLP over HTTP.

A span is made when it ends: nothing of it has to outlive a crash. What must be the same in each
process is computed: the trace of a run from the delivery that asked for it, or else from its key,
and the run's own span from its key, so that spans below it know it before it has ended.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from threading import Thread
from uuid import uuid4

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from bot.adapters.opentelemetry.watched_exporter import WatchedExporter
from bot.log_fields import log_fields, read_log_fields
from bot.ports import SpanAttribute, TraceSpan
from bot.ports import SpanKind as PortSpanKind
from bot.ports.traces_port import NO_ATTRIBUTES

NANOSECONDS = 1_000_000_000
TRACE_BYTES, SPAN_BYTES = 16, 8
LIMIT_CHARS = 200
LIMIT_SPANS = 4096  # that wait to be sent; beyond them the oldest are lost
BATCH_SPANS = 512
SEND_EVERY_MS = 1000
CLOSING_S = 1.5  # beside what the engine takes: Docker kills after ten seconds
KINDS = {"internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT, "server": SpanKind.SERVER}
SAMPLED = TraceFlags(TraceFlags.SAMPLED)


def open_traces(
    url: str, headers: Mapping[str, str], part: str, hide: Callable[[str], str]
) -> OtlpTraces:
    """Begin to send to the collector at this address; `part` of the bot is who sends."""
    resource = {
        "service.name": "greenlit",
        "service.version": version("greenlit"),
        "service.instance.id": str(uuid4()),
        "greenlit.part": part,
    }
    return OtlpTraces(WatchedExporter(url, headers), resource, hide)


class OtlpTraces:
    """The port `bot.ports.Traces`. It sends in a thread of its own, and waits for nobody."""

    def __init__(
        self,
        exporter: SpanExporter,
        resource: Mapping[str, str],
        hide: Callable[[str], str] = str,
    ) -> None:
        """`resource` says who sends; `hide` takes out secrets that should not be there anyway."""
        self._exporter = exporter
        self._processor = BatchSpanProcessor(
            exporter,
            max_queue_size=LIMIT_SPANS,
            schedule_delay_millis=SEND_EVERY_MS,
            max_export_batch_size=BATCH_SPANS,
        )
        self._resource = Resource(resource)
        self._scope = InstrumentationScope("greenlit")
        self._hide = hide

    def name_run(self, key: str, delivery: str = "") -> Mapping[str, str]:
        """Compute the names of a run's trace and of its span from its key and its delivery."""
        return {
            "trace_id": _compute_id(f"trace {delivery or key}", TRACE_BYTES),
            "span_id": _compute_id(f"run {key}", SPAN_BYTES),
        }

    @contextmanager
    def span(
        self,
        name: str,
        kind: PortSpanKind = "internal",
        attributes: Mapping[str, SpanAttribute] = NO_ATTRIBUTES,
    ) -> Iterator[TraceSpan]:
        """Time the block, whose own spans are parts of this one."""
        fields = read_log_fields()
        span = TraceSpan(name, kind, dict(attributes))
        if "trace_id" not in fields:
            yield span
            return
        span_id, began = _draw_id(), time.time()
        try:
            with log_fields(span_id=span_id):
                yield span
        except BaseException as error:
            span.error = span.error or type(error).__name__
            raise
        finally:
            self._send(span, began, fields, span_id, fields["span_id"])

    def keep(self, span: TraceSpan, began: float) -> None:
        """Keep a part of the span that the fields name."""
        fields = read_log_fields()
        if "trace_id" in fields:
            self._send(span, began, fields, _draw_id(), fields["span_id"])

    def keep_run(self, span: TraceSpan, began: float, started_by: str) -> None:
        """Keep a run's span, below that of the run that started it for the same delivery."""
        fields = read_log_fields()
        if "trace_id" in fields:
            parent, _, number = started_by.rpartition("@")
            is_started = bool(fields.get("delivery")) and number.isdecimal()
            parent_id = self.name_run(parent)["span_id"] if is_started else ""
            self._send(span, began, fields, fields["span_id"], parent_id)

    def close(self) -> None:
        """Send what waits, if the collector takes it soon."""
        closing = Thread(target=self._processor.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSING_S)
        if closing.is_alive():
            self._exporter.shutdown()  # which ends its pause between two tries

    def _send(
        self, span: TraceSpan, began: float, fields: Mapping[str, str], span_id: str, parent_id: str
    ) -> None:
        trace_id = fields["trace_id"]
        status = Status(StatusCode.ERROR) if span.error else Status()
        ended = ReadableSpan(
            self._hide(span.name)[:LIMIT_CHARS],
            _make_context(trace_id, span_id),
            _make_context(trace_id, parent_id) if parent_id else None,
            self._resource,
            self._read_attributes(span, fields),
            kind=KINDS[span.kind],
            status=status,
            start_time=int(began * NANOSECONDS),
            end_time=time.time_ns(),
            instrumentation_scope=self._scope,
        )
        self._processor.on_end(ended)

    def _read_attributes(
        self, span: TraceSpan, fields: Mapping[str, str]
    ) -> dict[str, SpanAttribute]:
        """Take the span's attributes, and what the log's fields say of all spans of a run."""
        common = {
            "greenlit.run": fields.get("run", ""),
            "greenlit.delivery": fields.get("delivery", ""),
            "error.type": span.error,
        }
        known: dict[str, SpanAttribute] = {name: text for name, text in common.items() if text}
        return {name: self._hide_in(value) for name, value in {**known, **span.attributes}.items()}

    def _hide_in(self, value: SpanAttribute) -> SpanAttribute:
        if isinstance(value, str):
            return self._hide(value)[:LIMIT_CHARS]
        if isinstance(value, tuple):
            return tuple(self._hide(text)[:LIMIT_CHARS] for text in value)
        return value


def _make_context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=SAMPLED)


def _compute_id(text: str, length: int) -> str:
    """Compute an identifier of that many bytes, in hexadecimal; OpenTelemetry forbids 0 alone."""
    return hashlib.sha256(text.encode()).hexdigest()[: 2 * length]


def _draw_id() -> str:
    return f"{random.getrandbits(8 * SPAN_BYTES) or 1:0{2 * SPAN_BYTES}x}"
