"""GitHub's limits and refusals: who is told what, and how long we wait."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.ports import NoMetrics, RateLimited, Refusal, Unreachable
from bot.values import InstallationId, Repo, RequestBudget
from tests.adapters.github.scripted_github import CommentStore, Reply, ScriptedGitHub
from tests.adapters.github.watch import NOW, Watch

ISSUE = "GET /repos/o/r/issues/7"
POST = "POST /repos/o/r/issues/7/comments"
SECONDARY = {
    "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
}


@pytest.fixture
def app(make: Callable[..., GitHubApp]) -> GitHubApp:
    return make(clock=lambda: NOW)


@pytest.mark.parametrize(
    ("answer", "until"),
    [
        (Reply(429, {"message": "Too many"}), 60),
        (Reply(429, {"message": "Too many"}, {"Retry-After": "7"}), 7),
        (Reply(403, SECONDARY), 60),
        (Reply(403, SECONDARY, {"Retry-After": "90"}), 90),
        (Reply(403, SECONDARY, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 60),
        (
            Reply(
                403,
                {"message": "API rate limit exceeded for installation ID 1."},
                {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 1234:.0f}"},
            ),
            1234,
        ),
        (
            Reply(
                429, None, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 12:.0f}"}
            ),
            12,
        ),
        (Reply(429, None, {"Retry-After": "86400000"}), 3600),
        (Reply(429, None, {"Retry-After": "\u00b2"}), 60),
        (Reply(429, None, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 15}), 3600),
        (Reply(422, {"message": "Validation Failed", "errors": [{"code": "abuse"}]}), 60),
        (Reply(422, {"message": "It was submitted too quickly"}, {"Retry-After": "9"}), 9),
    ],
)
@pytest.mark.parametrize("verb", ["read", "write"])
def test_limits_say_when_to_come_back(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, answer: Reply, until: float, verb: str
):
    """Primary and secondary limits, as 403, 422 or 429, with Retry-After or not: asked once."""
    github.on(ISSUE, answer)
    github.on("POST /repos/o/r/issues/7/reactions", answer)
    app.fetch_login()
    with pytest.raises(RateLimited) as raised:
        app.issues.fetch_issue(repo, 7) if verb == "read" else app.comments.add_reaction(
            repo, 7, None
        )

    assert until == raised.value.until - NOW
    assert 1 == len(github.calls_to(ISSUE)) + len(
        github.calls_to("POST /repos/o/r/issues/7/reactions")
    )


def test_missing_permission_is_named(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Where the App lacks a permission the text says which, from GitHub's header, and what to do."""
    wants = {"X-Accepted-GitHub-Permissions": "issues=write; pull_requests=write"}
    github.on(ISSUE, Reply(403, {"message": "Resource not accessible by integration"}, wants))

    with pytest.raises(
        Refusal, match=r"`issues: write; pull requests: write`.*accept the new permissions"
    ):
        app.issues.fetch_issue(repo, 7)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(403, {"message": "Repository was archived so is read-only."}), "archived"),
        (Reply(403, {"message": "Unable to create comment because issue is locked."}), "locked"),
        (Reply(403, {"message": "Your IP is not on the list"}), "Your IP is not on the list"),
        (Reply(404, {"message": "Not Found"}), "gone, or the App is not installed there"),
        (Reply(410, {"message": "This issue was deleted"}), "gone"),
        (
            Reply(422, {"message": "Validation Failed", "errors": [{"message": "body is odd"}]}),
            "body is odd",
        ),
        (Reply(400, b"<html>Bad request</html>"), r"no reason given \(400\)"),
        (Reply(400, ["odd"]), r"no reason given \(400\)"),
    ],
)
def test_refusals_are_told_in_words(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, answer: Reply, words: str
):
    """What no later try can change is a Refusal that a maintainer understands; it is not tried
    again.
    """
    CommentStore(github)
    github.on(POST, answer)

    with pytest.raises(Refusal, match=words):
        app.comments.put_comment(repo, 7, "m", "hello")
    assert 1 == len(github.calls_to(POST))


@pytest.mark.parametrize("status", [404, 410])
def test_deleted_issue_is_none(github: ScriptedGitHub, app: GitHubApp, repo: Repo, status: int):
    """A deleted issue is a fact, not an error."""
    github.on(ISSUE, Reply(status, {"message": "gone"}))

    assert app.issues.fetch_issue(repo, 7) is None


def test_reads_are_repeated(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A read that met a 502 or a cut connection is asked again."""
    github.on(ISSUE, Reply(502), Reply(cut=True), Reply(data={"number": 7, "title": "T"}))
    issue = app.issues.fetch_issue(repo, 7)

    assert issue is not None
    assert 3 == len(github.calls_to(ISSUE))


def test_reads_are_repeated_twice_at_most(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Then it is Unreachable, which says what was asked and what was answered."""
    github.on(ISSUE, Reply(502, b"<html>Unicorn!</html>"))

    with pytest.raises(Unreachable, match=r"^GitHub answered 502 to GET /repos/o/r/issues/7$"):
        app.issues.fetch_issue(repo, 7)
    assert 3 == len(github.calls_to(ISSUE))


def test_answer_that_is_no_json_is_unreachable(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A proxy's page is not GitHub's answer."""
    github.on(ISSUE, Reply(200, b"<html>Log in to the network</html>"))

    with pytest.raises(Unreachable, match="not in JSON"):
        app.issues.fetch_issue(repo, 7)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "lacks `number`"),
        ({"number": 7}, "lacks `title`"),
        ({"number": 7, "title": 5}, "not as documented"),
        ({"number": 7, "title": "T", "user": {"type": "User"}}, "not as documented"),
    ],
)
def test_answer_of_another_shape_is_unreachable(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, data: object, words: str
):
    """What GitHub left out or changed is never taken for a value."""
    github.on(ISSUE, Reply(data=data))

    with pytest.raises(Unreachable, match=words):
        app.issues.fetch_issue(repo, 7)


def test_slow_answer_is_unreachable(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """No answer in time is as good as none."""
    github.on("POST /repos/o/r/issues/7/reactions", Reply(slow_s=1.5))
    app = make(timeout_s=1)

    with pytest.raises(Unreachable, match="ReadTimeout"):
        app.comments.add_reaction(repo, 7, None)


def test_writes_keep_a_pause(github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo):
    """Two writes of an installation are spaced."""
    github.on("POST /repos/o/r/issues/7/reactions", Reply(201))
    app = make(pause_between_writes_s=0.3)
    begun = time.monotonic()
    for _ in range(3):
        app.comments.add_reaction(repo, 7, None)

    assert time.monotonic() - begun >= 0.6


def test_reads_keep_no_pause(github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo):
    """Not even after a write: with a pause of an hour this would not end."""
    github.on(ISSUE, Reply(data={"number": 7, "title": "T"}))
    github.on("POST /repos/o/r/issues/7/reactions", Reply(201))
    app = make(pause_between_writes_s=3600)
    app.comments.add_reaction(repo, 7, None)

    issues = [app.issues.fetch_issue(repo, 7) for _ in range(2)]

    assert ["T", "T"] == [issue.title for issue in issues if issue]


def test_long_queue_of_writes_is_sent_away(
    make: Callable[..., GitHubApp], github: ScriptedGitHub, repo: Repo
):
    """Who would sleep longer than two seconds is told when to come back instead, each a little
    later.
    """
    github.on("POST /repos/o/r/issues/7/reactions", Reply(201))
    app = make(pause_between_writes_s=30.0, clock=lambda: NOW)
    app.comments.add_reaction(repo, 7, None)
    untils = []
    for _ in range(3):
        with pytest.raises(RateLimited) as raised:
            app.comments.add_reaction(repo, 7, None)
        untils.append(raised.value.until - NOW)

    assert [1, 2, 3] == [round(until / 30) for until in untils]


def test_nothing_is_sent_that_github_would_refuse(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """Once it asked for a pause, no run asks before it is over; another installation's does."""
    watch, other = Watch(), Repo("p/q", InstallationId(2))
    found = Reply(data={"number": 7, "title": "T"})
    github.on(ISSUE, Reply(429, None, {"Retry-After": "90"}), found)
    github.on("GET /repos/p/q/issues/7", found)
    github.on("GET /app/installations/2", Reply(data={"permissions": github.granted}))
    github.on("POST /app/installations/2/access_tokens", github.make_token)
    app = make(clock=watch)
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            app.issues.fetch_issue(repo, 7)
        assert NOW + 90 == raised.value.until
    app.issues.fetch_issue(other, 7)
    assert 1 == len(github.calls_to(ISSUE))

    watch.now_s += 90
    assert app.issues.fetch_issue(repo, 7)


def test_a_limit_on_writes_leaves_reads_alone(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """And the other way round a limit on reads stops writes too: they take from the same."""
    github.on(ISSUE, Reply(data={"number": 7, "title": "T"}), Reply(429))
    github.on("POST /repos/o/r/issues/7/reactions", Reply(403, SECONDARY), Reply(201))
    for _ in range(2):
        with pytest.raises(RateLimited):
            app.comments.add_reaction(repo, 7, None)
    assert app.issues.fetch_issue(repo, 7)
    with pytest.raises(RateLimited):
        app.issues.fetch_issue(repo, 7)

    assert 1 == len(github.calls_to("POST /repos/o/r/issues/7/reactions"))


def test_the_last_request_of_the_hour_is_the_last(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """It was answered; the next would be refused, and is not sent."""
    used_up = {
        "X-RateLimit-Limit": "5000",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": f"{NOW + 1234:.0f}",
    }
    github.on(ISSUE, Reply(data={"number": 7, "title": "T"}, headers=used_up))
    app = make(clock=lambda: NOW)
    assert app.issues.fetch_issue(repo, 7)
    with pytest.raises(RateLimited) as raised:
        app.issues.fetch_issue(repo, 7)

    assert (NOW + 1234, 1) == (raised.value.until, len(github.calls_to(ISSUE)))


def test_what_is_left_of_the_limit_is_kept_for_monitors(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """By installation, as each answer says; 0 is the App itself, and a proxy may leave it out."""
    kept = KeptBudgets()
    budget = {"X-RateLimit-Limit": "5000", "X-RateLimit-Reset": f"{NOW:.0f}"}
    app = make(metrics=kept)
    github.on("GET /app", Reply(data={"slug": "greenlit"}, headers={}))
    app.check_access()
    github.on(ISSUE, Reply(404, None, {**budget, "X-RateLimit-Remaining": "4999"}))
    app.issues.fetch_issue(repo, 7)

    assert [(1, RequestBudget("core", 4999, 5000, NOW))] == kept.budgets


class KeptBudgets(NoMetrics):
    """Keeps budgets in their order."""

    def __init__(self) -> None:
        self.budgets: list[tuple[int, RequestBudget]] = []

    def keep_budget(self, installation: int, budget: RequestBudget) -> None:
        self.budgets.append((installation, budget))
