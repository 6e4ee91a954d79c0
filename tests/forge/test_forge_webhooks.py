"""Tests of the forge's webhooks: each App's own, signed, in order, and again."""

from __future__ import annotations

import pytest

from bot.forge import Forge
from tests.forge.served_forge import EVENTS, OTHER, REPO, ServedForge, receive_webhooks


def test_webhook_is_signed_and_named(box: ServedForge):
    """A delivery carries GitHub's headers, its signature fits the secret, and what became of it is
    kept.
    """
    box.take_event_names()
    box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.wait_until_idle(30)
    webhook, kept = box.received[0], box.forge.list_deliveries()[-1]

    assert webhook.signed
    assert {
        "id": box.installation,
        "node_id": webhook.payload["installation"]["node_id"],
    } == webhook.payload["installation"]
    assert webhook.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert "integration" == webhook.headers["X-GitHub-Hook-Installation-Target-Type"]
    assert str(box.keys.id) == webhook.headers["X-GitHub-Hook-Installation-Target-ID"]
    assert (webhook.headers["X-GitHub-Delivery"], "issues", "opened", 202) == (
        kept.guid,
        kept.event,
        kept.action,
        kept.status,
    )


def test_new_address_is_pinged_and_told_of_the_installation(box: ServedForge):
    """The first that an App hears is a ping, then where it was installed."""
    assert ["ping", "installation.created"] == box.take_event_names()


def test_issue_is_opened_then_labeled(box: ServedForge):
    """An issue that is opened with labels sends `opened` and one `labeled` for each, in order."""
    box.take_event_names()
    box.forge.open_issue(REPO, "ada", "A", "B", ["bug", "autogen"])
    box.forge.wait_until_idle(30)

    assert [None, "bug", "autogen"] == [
        webhook.payload.get("label", {}).get("name") for webhook in box.received
    ]
    assert ["issues.opened", "issues.labeled", "issues.labeled"] == box.take_event_names()


def test_acts_of_an_app_make_events_too(box: ServedForge):
    """An App hears of its own comments; the sender is its bot."""
    number = box.forge.open_issue(REPO, "ada", "A", "B")
    box.take_event_names()
    box.request("POST", f"/repos/{REPO}/issues/{number}/comments", {"body": "mine"})
    box.forge.wait_until_idle(30)
    sender = box.received[0].payload["sender"]

    assert ("greenlit[bot]", "Bot") == (sender["login"], sender["type"])
    assert ["issue_comment.created"] == box.take_event_names()


def test_edit_tells_what_was_before(box: ServedForge):
    """`edited` carries the old text of what changed, and only of that."""
    number = box.forge.open_issue(REPO, "ada", "A", "B")
    box.take_event_names()
    box.forge.edit_issue(REPO, number, "ada", title="New")
    box.forge.wait_until_idle(30)

    assert {"title": {"from": "A"}} == box.received[0].payload["changes"]


@pytest.mark.parametrize(
    ("permissions", "events", "expected"),
    [
        ({"issues": "read"}, EVENTS, ["issues.opened", "issue_comment.created"]),
        ({"issues": "read"}, ["issue_comment"], ["issue_comment.created"]),
        ({"contents": "read"}, EVENTS, ["push"]),
        ({}, EVENTS, []),
        ({"contents": "read", "issues": "read"}, [], []),
    ],
)
def test_event_needs_subscription_and_permission(
    box: ServedForge, permissions: dict[str, str], events: list[str], expected: list[str]
):
    """An App hears of what it subscribes to and may read, where it is installed."""
    keys = box.forge.create_app("nosy", permissions, events)
    with receive_webhooks(keys) as (url, received, _):
        box.forge.set_webhook_url(keys, url)
        box.forge.install(keys, REPO)
        number = box.forge.open_issue(REPO, "ada", "A", "B")
        box.forge.add_comment(REPO, number, "ada", "C")
        box.forge.push(REPO, "ada", "main", {"a": "a"}, "A.")
        box.forge.open_issue(OTHER, "ada", "elsewhere", "")
        assert box.forge.wait_until_idle(30)

    assert ["ping", "installation.created", *expected] == [webhook.name for webhook in received]


def test_failed_delivery_is_kept_and_can_be_repeated(box: ServedForge):
    """A redelivery has the GUID and the body of the first, and is listed beside it."""
    box.take_event_names()
    box.answers.append(500)
    box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.wait_until_idle(30)
    failed = box.forge.list_deliveries()[-1]
    again = box.forge.redeliver(failed.guid)

    assert (500, 202) == (failed.status, again)
    assert 1 == len({webhook.headers["X-GitHub-Delivery"] for webhook in box.received})
    assert box.received[0].payload == box.received[1].payload
    assert [(500, False), (202, True)] == [
        (webhook.status, webhook.redelivery) for webhook in box.forge.list_deliveries()[-2:]
    ]


def test_app_finds_and_repeats_what_failed(box: ServedForge):
    """Failed deliveries are listed by the API, newest first, and repeated by it."""
    box.take_event_names()
    box.answers.append(503)
    box.forge.open_issue(REPO, "ada", "A", "B")
    box.forge.wait_until_idle(30)
    found = box.request("GET", "/app/hook/deliveries?status=failure", auth=box.make_jwt()).json()
    again = box.request(
        "POST", f"/app/hook/deliveries/{found[0]['id']}/attempts", auth=box.make_jwt()
    )

    assert [("issues", "opened", 503)] == [
        (webhook["event"], webhook["action"], webhook["status_code"]) for webhook in found
    ]
    assert 202 == again.status_code
    assert ["issues.opened", "issues.opened"] == box.take_event_names()


def test_nobody_listens(tmp_path):
    """A webhook that nobody takes has the status 0, and the next one is still delivered."""
    forge = Forge(tmp_path)
    forge.create_repository(REPO, {"a": "a"})
    keys = forge.create_app("greenlit", {"issues": "read"}, EVENTS)
    forge.set_webhook_url(keys, "http://127.0.0.1:9/github")
    forge.install(keys, REPO)
    forge.open_issue(REPO, "ada", "A", "B")

    assert forge.wait_until_idle(30)
    assert [("ping", 0), ("installation", 0), ("issues", 0)] == [
        (webhook.event, webhook.status) for webhook in forge.list_deliveries()
    ]


def test_push_is_told_with_its_commits(box: ServedForge):
    """A push names the branch, the commits and the files; of a new branch, what the default branch
    lacks.
    """
    box.take_event_names()
    first = box.forge.push(
        REPO, "ada", "a", {"new": "1", "README.md": "x\n", "src/a.py": None}, "First."
    )
    second = box.forge.push(REPO, "ada", "a", {"run.sh": "ls"}, "Second.")
    box.forge.wait_until_idle(30)
    created, moved = (webhook.payload for webhook in box.received if webhook.event == "push")

    assert ("refs/heads/a", "0" * 40, first, True) == tuple(
        created[key] for key in ("ref", "before", "after", "created")
    )
    assert (first, second, False) == tuple(moved[key] for key in ("before", "after", "created"))
    assert [(["new"], ["src/a.py"], ["README.md"])] == [
        (commit["added"], commit["removed"], commit["modified"]) for commit in created["commits"]
    ]
    assert ["Second."] == [commit["message"] for commit in moved["commits"]]
    assert {"new": "1", "README.md": "x\n", "run.sh": "ls"} == box.forge.read_files(REPO, "a")
