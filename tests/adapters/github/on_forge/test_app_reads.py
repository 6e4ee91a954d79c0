"""What the App reads of the forge, over HTTP, with all that can go wrong."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge
from bot.ports import RateLimited, Refusal, Unreachable
from bot.values import (
    Comment,
    InstallationId,
    Issue,
    Permission,
    Repo,
    RepoInfo,
)
from tests.adapters.github.on_forge.greeter import FILES, GRANTED, MAIN, REPO, WORKFLOW


def test_bot_knows_its_login(github: GitHubApp):
    """The login is the App's slug with GitHub's ending."""
    assert "greenlit[bot]" == github.fetch_login()


def test_repository_is_read(forge: Forge, github: GitHubApp, repo: Repo):
    """Its default branch, and that it was archived since."""
    before = github.repositories.fetch_info(repo)
    forge.archive_repository(REPO)

    assert RepoInfo(MAIN) == before
    assert RepoInfo(MAIN, archived=True) == github.repositories.fetch_info(repo)


def test_an_issue_that_is_as_it_was_costs_nothing(
    forge: Forge, github: GitHubApp, repo: Repo, issue: int
):
    """A run that waits asks each minute: GitHub answers 304, which it does not count, until the
    issue changes. What it forbids since is not answered from memory.
    """
    there = github.issues.fetch_issue(repo, issue)
    used = sum(forge.state.request_counts.values())
    again = github.issues.fetch_issue(repo, issue)
    used_again = sum(forge.state.request_counts.values())
    forge.add_label(REPO, issue, "later", "ada")
    labeled = github.issues.fetch_issue(repo, issue)
    forge.delete_issue(REPO, issue, "ada")

    assert (there, used) == (again, used_again)
    assert labeled is not None
    assert "later" in labeled.labels
    assert github.issues.fetch_issue(repo, issue) is None


@pytest.mark.parametrize(
    ("login", "permission"),
    [("ada", "admin"), ("mel", "maintain"), ("tim", "triage"), ("nobody-here", "none")],
)
def test_permission_is_asked_now(github: GitHubApp, repo: Repo, login: str, permission: Permission):
    """Each role by its own name; an unknown login has none."""
    assert permission == github.repositories.fetch_permission(repo, login)


def test_issue_is_read(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """With its labels and state; a deleted one is none, and so is one that never was."""
    there = github.issues.fetch_issue(repo, issue)
    forge.lock_issue(REPO, issue, "ada")
    forge.close_issue(REPO, issue, "ada")
    closed = github.issues.fetch_issue(repo, issue)
    forge.delete_issue(REPO, issue, "ada")

    assert Issue(issue, "Greet", "It shouts.", "ada", labels=("autogen",)) == there
    assert (
        Issue(
            issue,
            "Greet",
            "It shouts.",
            "ada",
            open=False,
            locked=True,
            labels=("autogen",),
            closed_as="completed",
        )
        == closed
    )
    assert (None, None) == (
        github.issues.fetch_issue(repo, issue),
        github.issues.fetch_issue(repo, 999),
    )


def test_remarks_are_read_in_order(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """All of more than one page, oldest first; a bot's are told from people's."""
    for number in range(101):
        forge.add_comment(REPO, issue, "tim", f"remark {number}")
    github.comments.put_comment(repo, issue, "greenlit:x", "mine")
    remarks = github.issues.list_comments(repo, issue)

    assert [f"remark {number}" for number in range(101)] == [remark.body for remark in remarks[:-1]]
    first = forge.list_comments(REPO, issue)[0]
    assert Comment(first.id, "tim", "remark 0", first.created_at, first.updated_at) == remarks[0]
    assert ("greenlit[bot]", True) == (remarks[-1].author, remarks[-1].bot)


def test_file_is_read_from_the_default_branch(github: GitHubApp, repo: Repo):
    """As text; a folder and what is not there are none."""
    found = [
        github.repositories.fetch_file(repo, path)
        for path in ("README.md", ".github/workflows/ci.yml", ".github", "no.txt")
    ]

    assert ["# Grüße\n", WORKFLOW, None, None] == found


def test_git_gets_a_token_of_its_own(forge: Forge, keys: AppKeys, github: GitHubApp):
    """The remote's secret opens a private repository to git, its address alone does not, and only
    that repository.
    """
    for name in ("acme/secret", "acme/other"):
        forge.create_repository(name, FILES, private=True)
    remote = github.fetch_remote(
        Repo("acme/secret", InstallationId(forge.install(keys, "acme/secret", "acme/other")))
    )
    other = f"{forge.state.web}/acme/other.git"

    assert [False, True, False] == [
        _opens(remote.url, ""),
        _opens(remote.url, remote.secret),
        _opens(other, remote.secret),
    ]


def _opens(url: str, secret: str) -> bool:
    login = base64.b64encode(f"x-access-token:{secret}".encode()).decode()
    env = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {login}",
    }
    return (
        subprocess.run(
            ["git", "ls-remote", url], env=env, capture_output=True, check=False
        ).returncode
        == 0
    )


def test_expired_token_is_replaced(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """Tokens that ended before their time are minted again, unseen."""
    github.issues.fetch_issue(repo, issue)
    forge.expire_tokens()

    assert github.issues.fetch_issue(repo, issue) is not None


def test_uninstalled_repository_is_refused_in_words(forge: Forge, github: GitHubApp, repo: Repo):
    """A repository without the App is said by its name."""
    forge.create_repository("acme/other", FILES)

    with pytest.raises(Refusal, match="not installed on acme/other"):
        github.repositories.fetch_info(Repo("acme/other", repo.installation))


def test_missing_permission_is_named(forge: Forge, issue: int):
    """What the App was not granted is said with what to do."""
    keys = forge.create_app("poor", {"contents": "read", "issues": "read"}, [])
    repo = Repo(REPO, InstallationId(forge.install(keys, REPO)))
    github = GitHubApp(keys.id, keys.private_key, forge.state.web, f"{forge.state.web}/api/v3")

    with pytest.raises(Refusal, match=r"`issues: write; pull requests: write`"):
        github.comments.add_reaction(repo, issue, None)


@pytest.mark.parametrize(
    "kind", ["403-secondary", "403-secondary-silent", "403-primary", "429", "429-silent"]
)
def test_limits_are_told(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, issue: int, kind: str
):
    """Every way in which GitHub says "later" becomes one error that says when, and nothing was done
    twice. A process that was not told asks at once.
    """
    forge.faults.add("POST", "/comments$", kind)
    with pytest.raises(RateLimited):
        make().comments.put_comment(repo, issue, "greenlit:run", "queued")
    make().comments.put_comment(repo, issue, "greenlit:run", "queued")

    assert (1, 1) == (forge.faults.count_fired(), len(forge.list_comments(REPO, issue)))


def test_long_outage_is_unreachable(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """What fails again and again is for the engine, with GitHub's answer in the text."""
    forge.faults.add("*", "/issues/", "500", times=99)

    with pytest.raises(
        Unreachable, match=f"GitHub answered 500 to GET /repos/{REPO}/issues/{issue}$"
    ):
        github.issues.fetch_issue(repo, issue)


def test_missed_deliveries_are_asked_for_again(
    forge: Forge, keys: AppKeys, github: GitHubApp, repo: Repo
):
    """What nobody heard is found and delivered again, once; the self-check shows it."""
    forge.set_webhook_url(keys, "http://127.0.0.1:9/github")
    forge.open_issue(REPO, "ada", "Greet", "It shouts.")
    assert forge.wait_until_idle(30)
    seen = github.fetch_registration()
    missed = github.fetch_deliveries(0).lost
    with _hearing() as (url, guids):
        forge.set_webhook_url(keys, url)
        for delivery in missed:
            github.redeliver(delivery.id)
        assert forge.wait_until_idle(30)

    assert {delivery.guid for delivery in missed} <= set(guids)
    assert () == github.fetch_deliveries(0).lost
    assert "issues" in {delivery.event for delivery in missed}
    assert ("greenlit", "http://127.0.0.1:9/github", [repo.installation], set(missed)) == (
        seen.slug,
        seen.hook.url,
        [one.id for one in seen.installations],
        set(seen.failed),
    )
    assert {**GRANTED, "metadata": "read"} == seen.permissions == seen.installations[0].permissions


@contextmanager
def _hearing() -> Iterator[tuple[str, list[str]]]:
    """Somebody who answers every webhook with 200: the address, and the GUIDs that came."""
    guids: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            guids.append(self.headers["X-GitHub-Delivery"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """The test's output is for failures."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/github", guids
        finally:
            server.shutdown()
            thread.join()
