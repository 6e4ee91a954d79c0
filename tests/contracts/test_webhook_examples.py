"""GitHub's own examples of its webhooks: all pass the door, and none, however mutilated, makes it
fall.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
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
from tests.contracts.descriptions import EXAMPLES, load_examples
from tests.deliveries import GUID, SECRET, Kept, signed

GONE = object()
OTHERS = [GONE, None, True, 0, -1, 2**70, 1.5, "", "x", [], [None], {}, {"": None}]

Delivery = tuple[str, dict[str, Any]]


def list_examples() -> list[Delivery]:
    """List every example with its event's name; many lack the installation that an App's delivery always
    has.
    """
    if not EXAMPLES.exists():
        if os.environ.get("CI"):  # noqa: TID251 - asks where it runs, not how it is set
            pytest.fail(f"{EXAMPLES} is missing: run `make test`")
        pytest.skip("GitHub's examples are not installed: `make test` brings them")
    return [
        (name, {"installation": {"id": 99}, **example})
        for name, examples in load_examples().items()
        for example in examples
    ]


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A client of a door with the real handlers behind it."""
    with TestClient(create_door(Kept(), route, (SECRET,)), raise_server_exceptions=False) as client:
        yield client


def is_read(kind: str, payload: dict[str, Any]) -> bool:
    """Tell whether this action of this event is among those that we read."""
    return kind in EVENTS and (not EVENTS[kind] or payload.get("action") in EVENTS[kind])


def test_all_examples_pass_the_door(client):
    """Each of the published payloads is accepted."""
    statuses = Counter()
    for kind, payload in list_examples():
        head, body = signed(kind, payload)
        statuses[client.post("/github", content=body, headers=head).status_code] += 1

    assert {202: 329} == statuses


def test_examples_of_what_is_read_become_its_events() -> None:
    """An example of an event that we read is that event; the others are unknown."""
    read: dict[str, Counter[str]] = {}
    for kind, payload in list_examples():
        event = read_event(*signed(kind, payload), SECRET)
        if is_read(kind, payload):
            read.setdefault(kind, Counter())[type(event).__name__] += 1
        else:
            assert Unknown(GUID, kind, payload.get("action", "")) == event

    assert {
        "issues": Counter(
            IssueLabeled=2, IssueUnlabeled=2, IssueEdited=3, IssueDeleted=1, IssueTransferred=1
        ),
        "issue_comment": Counter(CommentCreated=5),
        "pull_request": Counter(PullChanged=12, PullClosed=2, PullSynchronized=1),
        "pull_request_review": Counter(ReviewSubmitted=3, ReviewChanged=1),
        "pull_request_review_comment": Counter(ReviewCommentCreated=3),
        "pull_request_review_thread": Counter(ThreadMoved=3),
        "check_run": Counter(ChecksMoved=3),
        "check_suite": Counter(ChecksMoved=4),
        "workflow_run": Counter(ChecksMoved=3),
        "status": Counter(ChecksMoved=4),
        "push": Counter(Pushed=2, Unknown=5),  # the five are tags
        "installation": Counter(InstallationChanged=7),
        "installation_repositories": Counter(InstallationChanged=3),
        "ping": Counter(Ping=4),
    } == read


def list_paths(value: object, parent: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """List the paths to every key and item."""
    for key, inner in _list_items(value):
        yield (*parent, key)
        yield from list_paths(inner, (*parent, key))


def mutilate(value: Any, path: tuple[Any, ...], replacement: object) -> Any:
    """Put something else at one place of the value, or drop that when it is GONE."""
    if not path:
        return replacement
    key, *rest = path
    items = dict(_list_items(value))
    items[key] = mutilate(items[key], tuple(rest), replacement)
    if items[key] is GONE:
        del items[key]
    return items if isinstance(value, dict) else list(items.values())


def _list_items(value: object) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


@st.composite
def mutilations(draw: st.DrawFn) -> Delivery:
    """A published payload with one to three of its places dropped, set to null or to another type."""
    kind, payload = draw(st.sampled_from(list_examples()))
    for _ in range(draw(st.integers(1, 3))):
        if paths := list(list_paths(payload)):
            path, replacement = draw(st.sampled_from(paths)), draw(st.sampled_from(OTHERS))
            payload = mutilate(payload, path, replacement)
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
    one_each = {
        (kind, payload.get("action")): drop_addresses(payload)
        for kind, payload in list_examples()
        if is_read(kind, payload)
    }
    refused = Counter(
        kind
        for (kind, _), payload in one_each.items()
        for mutilation in list_mutilations(payload)
        if is_refused(kind, mutilation)
    )

    assert EVENTS.keys() == refused.keys()


def drop_addresses(value: Any) -> Any:
    """Drop the addresses, of which nothing is read: they are most of a payload."""
    if isinstance(value, list):
        return [drop_addresses(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: drop_addresses(item)
        for key, item in value.items()
        if not key.endswith(("url", "links"))
    }


def list_mutilations(payload: dict[str, Any]) -> Iterator[Any]:
    """List the payload with each of its places dropped, null and of another type."""
    for path in list_paths(payload):
        if len(path) <= 3:  # no shape looks deeper, but for what lists hold
            for replacement in (GONE, None, [], {"": 0}, "", 7):
                yield mutilate(payload, path, replacement)


def is_refused(kind: str, payload: Any) -> bool:
    """Tell whether reading the delivery says that it is not as GitHub sends it."""
    try:
        read_event(*signed(kind, payload), SECRET)
    except BadPayload:
        return True
    return False
