"""The measurement of what a span of a trace costs, where traces are off and on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.adapters.opentelemetry.otlp_traces import open_traces
from bot.log_fields import log_fields
from bot.ports import NoTraces, Traces
from bot.text import SecretValues
from tests.benchmarks.table import Row
from tests.otlp_receiver import collecting

SPANS = 4000  # fewer than may wait to be sent
ATTRIBUTES = {"http.request.method": "GET", "url.template": "/repos/{}/{}/issues/{}"}
SECRETS = ("a" * 40, "b" * 40, "c" * 1700)


def rows(_work: Path) -> list[Row]:
    """The time that a span takes its step, and the CPU that it takes with its way to a collector in
    the same process, which decodes it.
    """
    off = _keep_spans(NoTraces())
    with _sending() as traces:
        _keep_spans(traces)  # what is imported and connected at the first one
        time.sleep(3)
        began = time.process_time()
        on = _keep_spans(traces)
        time.sleep(3)
        cpu = (time.process_time() - began) / SPANS
    return [
        Row("traces are off: a span, time of its step", _us(off), "", ""),
        Row("traces are on: a span, time of its step", _us(on), "under 100 µs", ""),
        Row("traces are on: a span made, sent and decoded, CPU", _us(cpu), "", ""),
    ]


@contextmanager
def _sending() -> Iterator[Traces]:
    with collecting() as collector:
        traces = open_traces(collector.url, {}, "work", SecretValues(SECRETS).mask)
        with log_fields(run="o/r#7/1", delivery="guid", **traces.name_run("o/r#7/1", "guid")):
            yield traces
        traces.close()


def _keep_spans(traces: Traces) -> float:
    began = time.perf_counter()
    for _ in range(SPANS):
        with traces.span("GET /repos/{}/{}/issues/{}", "client", ATTRIBUTES) as span:
            span.attributes["http.response.status_code"] = 200
    return (time.perf_counter() - began) / SPANS


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} µs"
