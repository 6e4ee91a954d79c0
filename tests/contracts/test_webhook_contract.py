"""The forge's webhooks are as the examples that GitHub publishes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.forge import NewThread, ThreadPlace
from bot.web.webhook import read_event
from tests.contracts.descriptions import load_examples
from tests.deliveries import SECRET, signed
from tests.forge.served_forge import CI, REPO, ReceivedWebhook, ServedForge, serve_with_app

pytestmark = pytest.mark.usefixtures("described")

MISSING = object()
# Which permissions an App has is no matter of shape; the hooks of the published pings belong to
# repositories.
CHANCE = ("permissions",)
NOT_OURS = {"ping": {"repository"}}


@pytest.fixture(scope="module")
def webhooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[ReceivedWebhook]]:
    """All webhooks of an eventful day."""
    with serve_with_app(tmp_path_factory.mktemp("forge")) as box:
        _act(box)
        assert box.forge.wait_until_idle(30)
        yield box.received


def _act(box: ServedForge) -> None:
    forge = box.forge
    forge.state.makes_empty_suites = True
    number = forge.open_issue(REPO, "ada", "Title", "Body", ["autogen"])
    forge.edit_issue(REPO, number, "ada", title="Other")
    comment = forge.add_comment(REPO, number, "ada", "/generate")
    forge.edit_comment(REPO, comment, "ada", "/stop")
    forge.delete_comment(REPO, comment, "ada")
    forge.remove_label(REPO, number, "autogen", "ada")
    forge.lock_issue(REPO, number, "ada")
    forge.close_issue(REPO, number, "ada")
    forge.reopen_issue(REPO, number, "ada")
    forge.delete_issue(REPO, number, "ada")
    sha = forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI}, "Add CI.")
    forge.set_status(REPO, sha, "ci/other", "success")
    pull = box.request(
        "POST", f"/repos/{REPO}/pulls", {"title": "T", "head": "a", "base": "main", "draft": True}
    ).json()
    for mutation in ("markPullRequestReadyForReview", "convertPullRequestToDraft"):
        box.query_graphql(
            f"mutation($id: ID!) {{ {mutation}(input: {{pullRequestId: $id}}) {{ clientMutationId }} }}",
            id=pull["node_id"],
        )
    reviewers = f"/repos/{REPO}/pulls/{pull['number']}/requested_reviewers"
    box.request("POST", reviewers, {"reviewers": ["ada"]})
    box.request("DELETE", reviewers, {"reviewers": ["ada"]})
    forge.push(REPO, "ada", "a", {"broken": ""}, "Break it.")
    assert forge.wait_until_idle(30)
    _review(box, pull["number"])
    forge.close_pull(REPO, pull["number"], "ada")
    box.request("PATCH", f"/repos/{REPO}/pulls/{pull['number']}", {"state": "open"})
    forge.push(REPO, "ada", "c", {"c": "c"}, "Another base.")
    assert forge.wait_until_idle(30)
    forge.retarget_pull(REPO, pull["number"], "ada", "c")
    forge.set_draft(REPO, pull["number"], "ada", draft=False)
    forge.merge_pull(REPO, pull["number"], "ada")


def _review(box: ServedForge, pull: int) -> None:
    """Review a pull request, and answer."""
    forge, thread = box.forge, NewThread(ThreadPlace(".github/workflows/ci.yml", 3), "Why?")
    review = forge.submit_review(REPO, pull, "ada", "REQUEST_CHANGES", "", [thread])
    comment = forge.list_review_comments(REPO, pull)[0]
    forge.reply(REPO, comment.id, "ada", "Because.")
    forge.edit_review_comment(REPO, comment.id, "ada", "How?")
    for is_resolved in (True, False):
        forge.resolve_thread(REPO, comment.thread, "ada", resolved=is_resolved)
    forge.delete_review_comment(REPO, comment.id, "ada")
    forge.edit_review(REPO, review, "ada", "Please.")
    forge.dismiss_review(REPO, review, "ada")


def test_webhooks_have_what_the_examples_share(webhooks: list[ReceivedWebhook]):
    """Every key that all of GitHub's examples of an event have is there, with a type that one of
    them has.
    """
    lacks = {
        f"{webhook.name}: {what}"
        for webhook in webhooks
        for what in list_lacking(webhook.name, webhook.payload, find_examples(webhook))
    }

    assert set() == lacks


def test_every_event_is_compared(webhooks: list[ReceivedWebhook]):
    """All kinds of webhooks that the forge sends are among those that are compared."""
    assert [
        "check_run.completed",
        "check_run.created",
        "check_suite.completed",
        "check_suite.requested",
        "installation.created",
        "issue_comment.created",
        "issue_comment.deleted",
        "issue_comment.edited",
        "issues.closed",
        "issues.deleted",
        "issues.edited",
        "issues.labeled",
        "issues.locked",
        "issues.opened",
        "issues.reopened",
        "issues.unlabeled",
        "ping",
        "pull_request.closed",
        "pull_request.converted_to_draft",
        "pull_request.edited",
        "pull_request.opened",
        "pull_request.ready_for_review",
        "pull_request.reopened",
        "pull_request.review_request_removed",
        "pull_request.review_requested",
        "pull_request.synchronize",
        "pull_request_review.dismissed",
        "pull_request_review.edited",
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review_comment.deleted",
        "pull_request_review_comment.edited",
        "pull_request_review_thread.resolved",
        "pull_request_review_thread.unresolved",
        "push",
        "status",
        "workflow_job.completed",
        "workflow_job.in_progress",
        "workflow_job.queued",
        "workflow_run.completed",
        "workflow_run.in_progress",
        "workflow_run.requested",
    ] == sorted({webhook.name for webhook in webhooks})


def test_the_door_reads_what_the_forge_says_of_pull_requests(webhooks: list[ReceivedWebhook]):
    """Each is the event that it is for, about this pull request, and none is unknown."""
    events: dict[str, set[str]] = {}
    for webhook in webhooks:
        if webhook.event.startswith("pull_request"):
            event = read_event(*signed(webhook.event, webhook.payload), SECRET)
            events.setdefault(type(event).__name__, set()).add(webhook.payload["action"])

    assert {
        "PullChanged": {"opened", "reopened", "edited", "ready_for_review", "converted_to_draft"},
        "PullClosed": {"closed"},
        "PullSynchronized": {"synchronize"},
        "ReviewSubmitted": {"submitted"},
        "ReviewChanged": {"dismissed", "edited"},
        "ReviewCommentCreated": {"created"},
        "ThreadMoved": {"resolved", "unresolved"},
        "Unknown": {"review_requested", "review_request_removed", "edited", "deleted"},
    } == events


def test_what_lacks_is_found():
    """A key that is not there, or holds another type, is told with its place."""
    shared = [{"a": {"b": 1, "c": "x"}, "d": None}, {"a": {"b": 2, "c": None}, "d": {"e": 1}}]

    assert ["a.b is str, not int", "d is missing"] == list(
        list_lacking("", {"a": {"b": "1", "c": None}}, shared)
    )


def find_examples(webhook: ReceivedWebhook) -> list[dict[str, Any]]:
    """Find GitHub's examples of this event and action; of the event alone where none has the
    action.
    """
    examples, action = load_examples()[webhook.event], webhook.payload.get("action")
    return [example for example in examples if example.get("action") == action] or examples


def list_lacking(name: str, ours: Any, theirs: list[Any], where: str = "") -> Iterator[str]:
    """Say what all of theirs have and ours has not."""
    if where.endswith(CHANCE) or where in NOT_OURS.get(name, ()):
        return
    if ours is MISSING:
        yield f"{where} is missing"
    elif not any(_is_alike(ours, value) for value in theirs):
        types = " or ".join(sorted({type(value).__name__ for value in theirs}))
        yield f"{where} is {type(ours).__name__}, not {types}"
    elif isinstance(ours, dict) and all(isinstance(value, dict) for value in theirs):
        for key in sorted(set.intersection(*map(set, theirs))):
            inner = f"{where}.{key}" if where else key
            values = [value[key] for value in theirs]
            yield from list_lacking(name, ours.get(key, MISSING), values, inner)


def _is_alike(ours: Any, theirs: Any) -> bool:
    """Tell whether the types are the same. Nothing is unlike null where an example has one: the
    examples are few, and what may be null may be set.
    """
    return type(ours) is type(theirs) or ours is None or theirs is None
