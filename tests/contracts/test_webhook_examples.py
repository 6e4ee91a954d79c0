"""GitHub's own examples of its webhooks: all pass the door, and none, however mutilated, makes it
fall.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.values.events import Unknown
from bot.web.door import create_door
from bot.web.payloads import BadPayload
from bot.web.webhook import EVENTS, read_event
from handlers import route
from tests.deliveries import GUID, SECRET, Kept, signed

EXAMPLES = (
    Path(__file__).parent / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"
)
GONE = object()
OTHERS = [GONE, None, True, 0, -1, 2**70, 1.5, "", "x", [], [None], {}, {"": None}]

Delivery = tuple[str, dict[str, Any]]


def examples() -> list[Delivery]:
    """Every example with its event's name; many lack the installation that an App's delivery always
    has.
    """
    if not EXAMPLES.exists():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(f"{EXAMPLES} is missing: run `make test`")
        pytest.skip("GitHub's examples are not installed: `make test` brings them")
    return [
        (event["name"], {"installation": {"id": 99}, **example})
        for event in _parsed()
        for example in event["examples"]
    ]


@cache
def _parsed() -> list[dict[str, Any]]:
    """The file as it is."""
    return json.loads(EXAMPLES.read_bytes())


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of a door with the real handlers behind it."""
    with TestClient(create_door(Kept(), route, SECRET), raise_server_exceptions=False) as client:
        yield client


def is_read(kind: str, payload: dict[str, Any]) -> bool:
    """Whether this action of this event is among those that we read."""
    return kind in EVENTS and (not EVENTS[kind] or payload.get("action") in EVENTS[kind])


def test_all_examples_pass_the_door(client):
    """Each of the published payloads is accepted."""
    statuses = Counter()
    for kind, payload in examples():
        head, body = signed(kind, payload)
        statuses[client.post("/github", content=body, headers=head).status_code] += 1

    assert {202: 329} == statuses


def test_examples_of_what_is_read_become_its_events():
    """An example of an event that we read is that event; the others are unknown."""
    seen: dict[str, Counter[str]] = {}
    for kind, payload in examples():
        event = read_event(*signed(kind, payload), SECRET)
        if is_read(kind, payload):
            seen.setdefault(kind, Counter())[type(event).__name__] += 1
        else:
            assert Unknown(GUID, kind, payload.get("action", "")) == event

    assert {
        "issues": Counter(IssueLabeled=2, IssueUnlabeled=2, IssueEdited=3, IssueDeleted=1),
        "issue_comment": Counter(CommentCreated=5),
        "pull_request": Counter(PullClosed=2, PullSynchronized=1),
        "check_run": Counter(ChecksMoved=3),
        "check_suite": Counter(ChecksMoved=4),
        "workflow_run": Counter(ChecksMoved=3),
        "status": Counter(ChecksMoved=4),
        "push": Counter(Pushed=2, Unknown=5),  # the five are tags
        "installation": Counter(InstallationChanged=7),
        "installation_repositories": Counter(InstallationChanged=3),
        "ping": Counter(Ping=4),
    } == seen


def paths(value: object, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every key and item."""
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield (*at, key)
        yield from paths(inner, (*at, key))


def mutilated(value: Any, path: tuple[Any, ...], to: object) -> Any:
    """The value with one place of it put something else, or dropped when that is GONE."""
    if not path:
        return to
    key, *rest = path
    inner = mutilated(value[key], tuple(rest), to)
    items = value.items() if isinstance(value, dict) else enumerate(value)
    others = {
        at: inner if at == key else item for at, item in items if at != key or inner is not GONE
    }
    return others if isinstance(value, dict) else list(others.values())


@st.composite
def mutilations(draw: st.DrawFn) -> Delivery:
    """A published payload with one to three of its places dropped, set to null or to another type."""
    kind, payload = draw(st.sampled_from(examples()))
    for _ in range(draw(st.integers(1, 3))):
        places = list(paths(payload))
        if places:
            payload = mutilated(
                payload, draw(st.sampled_from(places)), draw(st.sampled_from(OTHERS))
            )
    return kind, payload


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(delivery=mutilations())
def test_no_mutilated_example_breaks_the_door(client, delivery):
    """Whatever is missing or of another type: accepted or refused, never a failure of ours."""
    head, body = signed(*delivery)

    assert client.post("/github", content=body, headers=head).status_code in {202, 400}


def test_every_key_of_what_is_read_may_be_missing_or_wrong():
    """Each key of what we read, dropped, null and of another type: an event or BadPayload, nothing
    else.
    """
    refused = Counter()
    one_each = {
        (kind, payload.get("action")): payload
        for kind, payload in examples()
        if is_read(kind, payload)
    }
    for (kind, _), payload in one_each.items():
        for path in paths(payload):
            if len(path) > 3:  # no shape looks deeper, but for what lists hold
                continue
            for to in (GONE, None, [], {"": 0}, "", 7):
                try:
                    read_event(*signed(kind, mutilated(payload, path, to)), SECRET)
                except BadPayload:
                    refused[kind] += 1

    assert EVENTS.keys() == refused.keys()
