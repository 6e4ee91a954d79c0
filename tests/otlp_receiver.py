"""A collector of OpenTelemetry on loopback: it decodes what comes by OTLP over HTTP, and keeps it."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as it came."""

    name: str
    trace: str
    id: str
    parent: str  # empty of a root
    began: int
    ended: int
    kind: int
    attributes: dict[str, object]
    is_error: bool
    resource: dict[str, object]


@dataclass
class Collector:
    """What came, and how it answers."""

    url: str = ""
    spans: list[ReceivedSpan] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    redirect: str = ""
    refused: int = 0

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Keep what one request brought."""
        self.headers.append(headers)
        self.bodies.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for group in request.resource_spans:
            resource = _read_attributes(group.resource.attributes)
            for scope in group.scope_spans:
                self.spans += [_read_span(span, resource) for span in scope.spans]

    def wait_for(self, name: str, count: int = 1, patience_s: float = 60) -> list[ReceivedSpan]:
        """Wait until so many spans of this name came."""
        deadline = time.monotonic() + patience_s
        while True:
            named = [span for span in self.spans if span.name == name]
            if len(named) >= count:
                return named
            assert time.monotonic() < deadline, f"no span {name}: {self.names}"
            time.sleep(0.05)

    @property
    def names(self) -> list[str]:
        """The names of all spans, in the order in which they came."""
        return [span.name for span in self.spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens while the block lasts."""
    collector = Collector()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.refused += collector.status != 200
            if collector.status == 200:
                collector.take(body, {name.lower(): text for name, text in self.headers.items()})
            self.send_response(collector.status)
            self.send_header("content-length", "0")
            if collector.redirect:
                self.send_header("location", collector.redirect)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


def _read_span(span, resource) -> ReceivedSpan:
    return ReceivedSpan(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        span.kind,
        _read_attributes(span.attributes),
        span.status.code == span.status.STATUS_CODE_ERROR,
        resource,
    )


def _read_attributes(pairs) -> dict[str, object]:
    return {pair.key: _read_value(pair.value) for pair in pairs}


def _read_value(value) -> object:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_read_value(item) for item in value.array_value.values]
    return getattr(value, kind)
