"""The server under the door: slow senders are hung up on, honest ones do not notice, and the log is
not flooded.
"""

from __future__ import annotations

import http.client
import logging
import socket
import time

import pytest
from fastapi import FastAPI

from bot.run import Ignore
from bot.web.door import create_door
from tests.deliveries import SECRET, Kept, half_request, headers, serving, signed

pytestmark = pytest.mark.long


@pytest.fixture
def app() -> FastAPI:
    """A door behind which nothing happens."""
    return create_door(Kept(), lambda _: [Ignore("a test")], (SECRET,))


def hung_up_on(
    connection: socket.socket, drip: bytes, every_s: float = 0.05, patience_s: float = 30
) -> bool:
    """Send the drip again and again; whether the other side hangs up."""
    until = time.monotonic() + patience_s
    connection.settimeout(every_s)
    while time.monotonic() < until:
        try:
            connection.sendall(drip)
            if not connection.recv(4096):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        pytest.param(b"", b"", id="nothing at all"),
        pytest.param(b"", b"\r\n", id="empty lines for ever"),
        pytest.param(
            b"GET /health HTTP/1.1\r\nhost: door\r\n\r\n", b"\r\n", id="empty lines after an answer"
        ),
        pytest.param(b"POST /github HTTP/1.1\r\nhost: door\r\n", b"", id="half of the headers"),
        pytest.param(
            b"POST /github HTTP/1.1\r\nhost: door\r\n", b"x: y\r\n", id="headers for ever"
        ),
        pytest.param(
            half_request({**headers("ping", b""), "host": "d", "content-length": "99"}),
            b"",
            id="no body",
        ),
        pytest.param(
            half_request({**headers("ping", b""), "host": "d", "content-length": "9999"}),
            b"x",
            id="a body in drops",
        ),
        pytest.param(
            half_request({**headers("ping", b""), "host": "d", "transfer-encoding": "chunked"}),
            b"1\r\nx\r\n",
            id="chunks for ever",
        ),
        pytest.param(
            half_request({"host": "d", "content-length": "9999"}),
            b"x",
            id="a body in drops after the answer",
        ),
    ],
)
def test_slow_senders_are_hung_up_on(app, caplog, first, drip):
    """Headers and bodies have deadlines, in all and between two parts; a drop now and then does not
    stretch them.
    """
    with (
        serving(app, header_deadline_s=0.3, body_deadline_s=0.6) as port,
        socket.create_connection(("127.0.0.1", port), 60) as connection,
    ):
        connection.sendall(first)
        assert hung_up_on(connection, drip)

    assert all(
        "\n" not in record.getMessage() and record.exc_info is None for record in caplog.records
    )


def test_an_honest_sender_passes_between_slow_ones(app):
    """Two hundred half requests, none of which is late yet, do not keep a real delivery waiting."""
    head, body = signed("ping", {"hook_id": 1})
    with serving(app, header_deadline_s=600, body_deadline_s=600) as port:
        half = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(200)]
        for one in half:
            one.sendall(b"POST /github HTTP/1.1\r\nhost:")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/github", body, head)
        status = connection.getresponse().status
        connection.close()
        for one in half:
            one.close()

    assert 202 == status


def test_many_slow_senders_are_all_hung_up_on(app):
    """Two hundred half requests are gone at their deadline."""
    with serving(app, header_deadline_s=0.3, body_deadline_s=0.3) as port:
        half = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(200)]
        for one in half:
            one.sendall(b"POST /github HTTP/1.1\r\nhost:")
        ends = [one.recv(1) for one in half]
        for one in half:
            one.close()

    assert [b""] * 200 == ends


def test_an_idle_connection_serves_again(app):
    """The deadlines are a request's: a connection that rests between two requests is not late."""
    head, body = signed("ping", {"hook_id": 1})
    with serving(app, header_deadline_s=2, body_deadline_s=2) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        statuses = []
        for _ in range(2):
            connection.request("POST", "/github", body, head)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            time.sleep(2.5)
        connection.close()

    assert [202, 202] == statuses


def test_a_sender_that_leaves_is_one_line(app, caplog):
    """A connection that breaks in the middle of a body is no traceback."""
    caplog.set_level(logging.INFO)
    with serving(app) as port:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port), 60) as connection:
                connection.sendall(
                    half_request({**headers("ping", b""), "host": "d", "content-length": "99"})
                    + b"{"
                )
        until = time.monotonic() + 60
        while len(about(caplog)) < 20 and time.monotonic() < until:
            time.sleep(0.01)

    assert ["the connection was closed before the body's end"] * 20 == [
        one.details["error"] for one in about(caplog)
    ]


def about(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What was logged, but for the server's coming and going."""
    return [
        record
        for record in caplog.records
        if record.name != "uvicorn.error" or record.levelno > logging.INFO
    ]
