"""The App's credentials: narrow, kept, renewed, and nowhere to be read."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import pytest

from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.token_credential import TokenCredential
from bot.ports import NoOwnSecrets, Refusal, Unreachable
from bot.values import Remote, Repo
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub
from tests.adapters.github.watch import Watch

MINT = "POST /app/installations/1/access_tokens"
ISSUE = "GET /repos/o/r/issues/7"
SOME = {"number": 7, "title": "T", "state": "open"}


def test_token_is_narrowed_to_the_repository_and_what_is_needed(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """A token names one repository, and of the permissions needed those that the installation
    grants.
    """
    github.granted["issues"] = "read"
    github.granted["organization_administration"] = "write"
    github.on(ISSUE, Reply(data=SOME))
    app.issues.fetch_issue(repo, 7)

    assert {
        "repositories": ["r"],
        "permissions": {
            "actions": "write",
            "checks": "read",
            "contents": "write",
            "issues": "read",
            "metadata": "read",
            "pull_requests": "write",
            "statuses": "read",
        },
    } == github.calls_to(MINT)[0].body


@pytest.mark.parametrize("granted", [{}, {"workflows": "write"}])
def test_remote_gets_a_token_for_git_alone(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, granted: dict[str, str]
):
    """Git gets contents, and workflows only where they are granted; the secret is not in the
    address nor the repr.
    """
    github.granted |= granted
    remote = app.fetch_remote(repo)

    assert {"contents": "write", "metadata": "read", **granted} == github.calls_to(MINT)[0].body[
        "permissions"
    ]
    assert f"{github.url}/o/r.git" == remote.url
    assert remote.secret not in repr(remote) + remote.url


def test_one_jwt_serves_for_minutes(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """Signing costs more than asking: the App's JWT is kept, and made anew long before GitHub
    refuses it.
    """
    watch = Watch(time.time())
    app = make(clock=watch)
    shown = []
    for later_s in (0, 100, 101):
        watch.now_s += later_s
        app.fetch_remote(Repo(f"o/r{later_s}", repo.installation))
        shown.append(github.calls_to(MINT)[-1].token)

    assert shown[0] == shown[1]
    assert shown[1] != shown[2]


def test_token_is_kept_until_shortly_before_it_expires(
    github: ScriptedGitHub, make: Callable[..., GitHubApp], repo: Repo
):
    """One token serves an hour less a margin; then another is minted."""
    watch = Watch(time.time())
    app = make(clock=watch)
    first, again = app.fetch_remote(repo), app.fetch_remote(repo)
    watch.now_s += 3100
    later = app.fetch_remote(repo)

    assert again == first
    assert first != later
    assert 2 == len(github.calls_to(MINT))


def test_threads_share_one_token(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Threads that need a token at once wait for the one that mints it."""
    found: list[Remote] = []
    threads = [
        threading.Thread(target=lambda: found.append(app.fetch_remote(repo))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 8 == len(found)
    assert 1 == len(github.calls_to(MINT))


def test_refused_token_is_replaced_once(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A token that GitHub does not take any more is replaced, and the request sent again."""
    github.on(ISSUE, Reply(401, {"message": "Bad credentials"}), Reply(data=SOME))
    issue = app.issues.fetch_issue(repo, 7)

    assert issue is not None
    first, second = (call.token for call in github.calls_to(ISSUE))
    assert first != second


def test_refused_credentials_name_the_settings(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """When a fresh token is refused too, the text names what to check."""
    github.on(ISSUE, Reply(401, {"message": "Bad credentials"}))

    with pytest.raises(Refusal, match=r"GREENLIT_APP_ID, GREENLIT_PRIVATE_KEY"):
        app.issues.fetch_issue(repo, 7)
    assert 2 == len(github.calls_to(ISSUE))


def test_unknown_app_names_the_setting(github: ScriptedGitHub, app: GitHubApp):
    """A wrong App id is answered with 404 by GitHub."""
    github.on("GET /app", Reply(404, {"message": "Integration not found"}))

    with pytest.raises(Refusal, match="GREENLIT_APP_ID"):
        app.fetch_login()


def test_broken_key_names_the_setting():
    """A key that is none is told by its setting, and not shown."""
    app = GitHubApp(7, "-----BEGIN PRIVATE KEY-----\nsecret", api_url="http://127.0.0.1:9")

    with pytest.raises(Refusal, match="GREENLIT_PRIVATE_KEY") as raised:
        app.fetch_login()
    assert "secret" not in f"{raised.value}{app}"


@pytest.mark.parametrize("status", [404, 422])
def test_repository_without_the_app_is_said(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, status: int
):
    """No token for a repository means that the App is not installed there."""
    github.on(
        MINT, Reply(status, {"message": "There is at least one repository that is not accessible"})
    )

    with pytest.raises(Refusal, match="not installed on o/r"):
        app.issues.fetch_issue(repo, 7)


def test_permissions_are_asked_for_anew_when_they_changed(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """An owner took a permission away: GitHub refuses the token, and the next asks for less."""
    github.on(ISSUE, Reply(data=SOME))
    mint = github.make_token

    def refuse(call: ApiCall) -> Reply:
        del github.granted["actions"]
        return Reply(422, {"message": "The permissions requested are not granted"})

    github.on(MINT, refuse, mint)
    app.issues.fetch_issue(repo, 7)

    assert [True, False] == ["actions" in hit.body["permissions"] for hit in github.calls_to(MINT)]
    assert 2 == len(github.calls_to("GET /app/installations/1"))


def test_name_of_the_app_comes_with_its_installation(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Whoever read an installation need not ask who the App is."""
    installation = {"permissions": github.granted, "app_slug": "greenlit"}
    github.on("GET /app/installations/1", Reply(data=installation))
    app.fetch_remote(repo)

    assert "greenlit[bot]" == app.fetch_login()
    assert [] == github.calls_to("GET /app")


def test_suspended_installation_is_said(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A suspended installation refuses tokens with 403."""
    github.on(MINT, Reply(403, {"message": "This installation has been suspended"}))

    with pytest.raises(Refusal, match="suspended"):
        app.issues.fetch_issue(repo, 7)


def test_log_and_errors_hold_no_token(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, caplog: pytest.LogCaptureFixture
):
    """PyGithub logs bodies at DEBUG, the minted token among them, and errors may echo it: neither
    gets through.
    """
    _log_all(caplog)
    secret = app.fetch_remote(repo).secret
    github.on(ISSUE, Reply(400, {"message": f"strange: {secret}"}))
    with pytest.raises(Refusal, match="strange") as raised:
        app.issues.fetch_issue(repo, 7)

    assert "POST http://127.0.0.1/api/v3/app/installations/1/access_tokens" in caplog.text
    assert len(secret) > 500
    for part in (
        secret,
        secret[:40],
        secret[-40:],
        github.calls_to(MINT)[0].token,
        github.calls_to(ISSUE)[0].token,
    ):
        assert part not in caplog.text + str(raised.value) + repr(raised.value)


def test_token_without_a_known_prefix_is_not_logged(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, caplog: pytest.LogCaptureFixture
):
    """Tokens are opaque: one of an unknown form is kept out of the log as well."""
    _log_all(caplog)
    github.on(MINT, Reply(201, {"token": "v1.0123456789", "expires_at": "2099-01-01T00:00:00Z"}))
    remote = app.fetch_remote(repo)

    assert "v1.0123456789" == remote.secret
    assert '"token": "***"' in caplog.text
    assert "v1.0123456789" not in caplog.text


def test_unreachable_github_is_said_without_a_secret(make: Callable[..., GitHubApp], repo: Repo):
    """A closed port is Unreachable, in short words."""
    app = GitHubApp(7, make().private_key, api_url="http://127.0.0.1:9", pause_between_writes_s=0)

    with pytest.raises(
        Unreachable,
        match=r"^GitHub gave no answer to GET /app/installations/1 \(ConnectionError\)$",
    ):
        app.issues.fetch_issue(repo, 7)


def _log_all(caplog: pytest.LogCaptureFixture) -> None:
    """PyGithub sets its own logger to INFO; an operator may set it to DEBUG."""
    for name in ("", "github", "urllib3"):
        caplog.set_level(logging.DEBUG, name)


def test_client_is_lent_to_one_call_at_a_time():
    """PyGithub keeps the request in its one connection, and we the repository: nobody else may
    have it.
    """
    api = GitHubApi(
        lambda: TokenCredential("t", NoOwnSecrets()), time.time, "http://127.0.0.1:9", 1
    )
    with api.client(Repo("o/before", 1)) as first:
        pass
    with api.client(Repo("o/a", 1)) as second, api.client(Repo("o/b", 1)) as third:
        names = [client.credential.repo.name for client in (second, third)]

    assert second is not third
    assert ["o/a", "o/b"] == names
    assert first is second
