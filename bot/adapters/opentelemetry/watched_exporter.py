"""Send spans to a collector; that it does not answer is one line of the log."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

PATH = "/v1/traces"
TIMEOUT_S = 5.0  # for one batch, its repetitions too

log = logging.getLogger(__name__)


class WatchedExporter(SpanExporter):
    """OpenTelemetry's exporter by OTLP over HTTP, without its line for each try."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        """`url` is the collector's, with or without the path of OTLP."""
        # It follows no redirect, so that the headers go to no other host.
        self._exporter = OTLPSpanExporter(
            _make_address(url), headers=dict(headers), timeout=timeout_s
        )
        self._is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; what cannot be sent is lost."""
        result = self._exporter.export(spans)
        is_away = result is not SpanExportResult.SUCCESS
        if is_away != self._is_away:
            self._is_away = is_away
            _log_change(is_away=is_away)
        return result

    def shutdown(self) -> None:
        """Stop sending, also in the middle of a pause between two tries."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]


def find_trouble(url: str, headers: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> str:
    """Send a request without a span, and say what is wrong with the answer; nothing if it is well.

    Of a redirect the exporter itself would say nothing. The address, which may hold a password, is
    not told.
    """
    address = _make_address(url)
    sent = {**headers, "content-type": "application/x-protobuf"}
    try:
        answer = requests.post(address, b"", headers=sent, timeout=timeout_s, allow_redirects=False)
    except OSError as gone:  # every exception of requests is one
        return f"GREENLIT_OTLP_URL cannot be reached ({type(gone).__name__})"
    status = answer.status_code
    return "" if status == requests.codes.ok else f"GREENLIT_OTLP_URL answers {status}"


def _make_address(url: str) -> str:
    """Make the address of traces out of the collector's."""
    address = url.rstrip("/")
    return address if address.endswith(PATH) else f"{address}{PATH}"


def _log_change(*, is_away: bool) -> None:
    if is_away:
        log.warning(
            "traces do not reach GREENLIT_OTLP_URL: its collector is away or refuses them. Runs go "
            "on, and their spans are lost until it answers."
        )
    else:
        log.info("traces reach the collector again")
