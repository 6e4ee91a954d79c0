"""The door: it answers before any work, takes nothing unsigned, and stands up to the big and the
broken.
"""

from __future__ import annotations

import http.client
import logging
import socket
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from bot.run import Ignore, Intent, Run, SignalRun, StartRun
from bot.values import Outcome, Signal, Subject
from bot.values.events import Event, IssueClosed, IssueLabeled
from bot.web.door import LIMIT_BYTES, DoorLimits, create_door
from tests.deliveries import (
    GUID,
    SECRET,
    Kept,
    half_request,
    headers,
    issues,
    serving,
    signature,
    signed,
)

SUBJECT = Subject("ada/engine#7")


async def hear(run: Run, value: str) -> Outcome:
    """A story that is never told here."""
    return Outcome("done", f"{run.key} {value}")


def route(event: Event) -> list[Intent]:
    """One event starts, one tells, the others are ignored."""
    match event:
        case IssueLabeled():
            return [StartRun(hear, "asked", key=event.delivery)]
        case IssueClosed():
            return [SignalRun(SUBJECT, Signal("issue"), key=event.delivery), Ignore("and no more")]
        case _:
            return [Ignore(f"nothing to do for {type(event).__name__}")]


@pytest.fixture
def engine() -> Kept:
    """What the door hands on is kept there."""
    return Kept()


@pytest.fixture
def client(engine: Kept) -> Iterator[TestClient]:
    """A client of the door."""
    with TestClient(create_door(engine, route, (SECRET,)), raise_server_exceptions=False) as client:
        yield client


def posted(client: TestClient, kind: str, payload: object) -> tuple[int, object]:
    """The status and the body of the answer to a signed delivery."""
    head, body = signed(kind, payload)
    answer = client.post("/github", content=body, headers=head)
    return answer.status_code, answer.json()


# --- what it answers
# ----------------------------------------------------------------------------------------------


def test_a_start_is_handed_to_the_engine(client, engine):
    """A delivery that means work is with the engine when the door answers."""
    answer = posted(client, "issues", issues("labeled"))

    assert (202, {"decided": [f"started {GUID}"]}) == answer
    assert [StartRun(hear, "asked", key=GUID)] == engine.starts


def test_a_tell_is_handed_to_the_engine(client, engine):
    """So is a note for a run; a second intent of the same delivery is answered beside it."""
    answer = posted(client, "issues", issues("closed"))

    assert (202, {"decided": ["told ada/engine#7", "ignored: and no more"]}) == answer
    assert [SignalRun(SUBJECT, Signal("issue"), key=GUID)] == engine.tells


def test_a_note_for_nobody_is_ignored(client, engine):
    """When no run lives that could be told, the answer says so."""
    engine.live = False

    assert (
        202,
        {"decided": ["ignored: nothing runs for ada/engine#7", "ignored: and no more"]},
    ) == posted(client, "issues", issues("closed"))


@pytest.mark.parametrize(
    ("kind", "payload", "name"),
    [
        ("ping", {"hook_id": 1}, "Ping"),
        ("star", {"action": "created"}, "Unknown"),
        ("issues", {}, "Unknown"),
    ],
)
def test_the_rest_is_accepted_and_ignored(client, engine, kind, payload, name):
    """What is not read is no mistake of GitHub's."""
    assert (202, {"decided": [f"ignored: nothing to do for {name}"]}) == posted(
        client, kind, payload
    )
    assert ([], []) == (engine.starts, engine.tells)


def test_an_engine_that_is_away_fails_the_delivery(client, engine):
    """When nothing could be written, GitHub must record a failed delivery: nobody else will
    remember it.
    """
    engine.away = "the record is locked"
    status, answer = posted(client, "issues", issues("labeled"))

    assert (503, {"error": "not taken, deliver it again: the record is locked"}) == (status, answer)


def test_an_engine_that_is_late_fails_the_delivery(engine):
    """GitHub waits ten seconds; the door says before that that it could not write."""
    engine.slow_s = 60
    with TestClient(
        create_door(engine, route, (SECRET,), limits=DoorLimits(patience_s=0.05))
    ) as client:
        answer = posted(client, "issues", issues("labeled"))

    assert (503, {"error": "not taken in time, deliver it again"}) == answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/github", 405),
        ("POST", "/", 405),
        ("GET", "/docs", 404),
        ("GET", "/openapi.json", 404),
    ],
)
def test_nothing_else_is_open(client, method, path, status):
    """Nothing of the framework's own is in reach."""
    assert status == client.request(method, path).status_code


def test_a_door_without_a_secret_is_not_built(engine):
    """An empty secret is one that everybody knows."""
    with pytest.raises(ValueError, match="anybody could sign"):
        create_door(engine, route, ("",))


# --- what it turns away
# -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x-github-event", "x-github-delivery"])
@pytest.mark.parametrize(
    "values", [[], ["a", "a"], [""], ["a b"], ["a" * 65], ['a"\\u0000'], ["é".encode()]]
)
def test_a_missing_doubled_or_odd_header_is_refused(client, engine, name, values):
    """The two names of a delivery come once each, and are names: they go into the log and into
    keys.
    """
    head, body = signed("issues", issues("labeled"))
    del head[name]
    answer = client.post(
        "/github", content=body, headers=[*head.items(), *((name, value) for value in values)]
    )

    assert (400, {"error": f"one {name} is needed"}) == (answer.status_code, answer.json())
    assert [] == engine.starts


@pytest.mark.parametrize(
    "signatures", [[], [signature(b"{}", "another")], [signature(b"{}")] * 2, ["sha256=é".encode()]]
)
def test_a_missing_bad_or_doubled_signature_is_refused(client, signatures):
    """Without one good signature nothing is believed; a bad one is told before the body is parsed."""
    head = headers("ping", b"{}")
    del head["x-hub-signature-256"]
    named = [("x-hub-signature-256", value) for value in signatures]

    assert 401 == client.post("/github", content=b"{}", headers=[*head.items(), *named]).status_code


def test_a_bad_signature_hides_bad_json(client):
    """Of bytes that nobody signed it is not even told that they are no JSON."""
    answer = client.post("/github", content=b"{", headers=headers("ping", b"{", secret="another"))

    assert 401 == answer.status_code


@pytest.mark.parametrize(
    "body", [b"{", b"[" * 1_000_000, b"null", b'{"a": 1, "a": 2}', b'{"a": "\\udead"}']
)
def test_signed_nonsense_is_refused(client, body):
    """Signed, but not what GitHub sends: 400, and the door stands."""
    assert 400 == client.post("/github", content=body, headers=headers("ping", body)).status_code


def test_one_line_is_logged_for_each_delivery(client, caplog):
    """At DEBUG what was taken, as a warning what was not; without the body or a secret."""
    caplog.set_level(logging.DEBUG, "bot.web.door")
    posted(client, "star", {"action": "created", "zen": "canary"})
    posted(client, "issues", issues("labeled"))
    client.post("/github", content=b"canary", headers=headers("ping", b"", secret="another"))
    records = [record for record in caplog.records if record.name == "bot.web.door"]

    assert [
        ("DEBUG", "webhook star.created: ignored: nothing to do for Unknown (202)"),
        ("DEBUG", f"webhook issues of ada/engine: started {GUID} (202)"),
        ("WARNING", "webhook ping: X-Hub-Signature-256 does not fit the body (401)"),
    ] == [(record.levelname, record.getMessage()) for record in records]
    assert [GUID] * 3 == [record.fields["delivery"] for record in records]
    assert all(record.details["ms"] >= 0 for record in records)
    assert "canary" not in caplog.text
    assert SECRET not in caplog.text


# --- the big
# ------------------------------------------------------------------------------------------------------


def padded(size: int) -> bytes:
    """A sound payload of this many bytes."""
    body = b'{"hook_id": 1, "zen": "'
    return body + b"x" * (size - len(body) - 2) + b'"}'


def test_twenty_five_megabytes_pass(engine):
    """GitHub's largest payload is taken, over real HTTP."""
    body = padded(LIMIT_BYTES)
    with serving(create_door(engine, route, (SECRET,))) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/github", body, headers("ping", body))
        status = connection.getresponse().status
        connection.close()

    assert 202 == status


def test_a_byte_more_is_refused_by_its_length(engine):
    """What says that it is too long is refused before it is read."""
    with (
        serving(create_door(engine, route, (SECRET,))) as port,
        socket.create_connection(("127.0.0.1", port), 60) as sent,
    ):
        head = headers("ping", b"") | {"host": "door", "content-length": str(LIMIT_BYTES + 1)}
        sent.sendall(half_request(head))
        answer = sent.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_byte_more_is_refused_by_count(engine):
    """What does not say how long it is gets counted."""
    body = padded(LIMIT_BYTES + 1)
    chunks = (body[at : at + 1_000_000] for at in range(0, len(body), 1_000_000))
    with serving(create_door(engine, route, (SECRET,))) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/github", chunks, headers("ping", body), encode_chunked=True)
        status = connection.getresponse().status
        connection.close()

    assert 413 == status


def test_bodies_together_have_a_limit(engine):
    """Nobody has proved to be GitHub before the last byte, so what waits in memory is bounded over
    all senders.
    """
    head = headers("ping", b"") | {"host": "door", "content-length": "1000"}
    with serving(
        create_door(engine, route, (SECRET,), limits=DoorLimits(body_bytes=1000)), body_deadline_s=1
    ) as port:
        sent = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(9)]
        for one in sent:
            one.sendall(half_request(head) + b"x" * 999)
        answer = sent[-1].recv(4096)
        after = sent[0].recv(4096)
        for one in sent:
            one.close()

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"" == after


def test_the_server_does_not_say_what_it_is(engine):
    """No header names the software."""
    with serving(create_door(engine, route, (SECRET,))) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/health")
        names = {name.lower() for name, _ in connection.getresponse().getheaders()}
        connection.close()

    assert {"date", "content-length", "content-type", "cache-control"} == names


def test_the_line_of_a_delivery_names_what_it_started_or_told(
    client: TestClient, caplog: pytest.LogCaptureFixture
):
    """Beside the delivery, so that one search finds all of a run."""
    caplog.set_level(logging.DEBUG, "bot.web.door")
    for action in ("labeled", "closed", "edited"):
        head, body = signed("issues", issues(action))
        client.post("/github", headers=head, content=body)
    fields = [record.__dict__["fields"] for record in caplog.records]

    assert [{"run": GUID}, {"run": "o/r#7/1"}, {}] == [
        {name: text for name, text in named.items() if name != "delivery" and text}
        for named in fields
    ]
    assert {GUID} == {named["delivery"] for named in fields}
