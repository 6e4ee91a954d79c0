"""Send spans to a collector; that it does not answer is one line of the log."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

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
        address = url.rstrip("/")
        self._url = address if address.endswith(PATH) else f"{address}{PATH}"
        # It follows no redirect, so that the headers go to no other host.
        self._exporter = OTLPSpanExporter(self._url, headers=dict(headers), timeout=timeout_s)
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


def _log_change(*, is_away: bool) -> None:
    if is_away:
        log.warning(
            "traces do not reach GREENLIT_OTLP_URL: its collector is away or refuses them. Runs go "
            "on, and their spans are lost until it answers."
        )
    else:
        log.info("traces reach the collector again")
