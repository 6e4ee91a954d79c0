"""The ports of GitHub against the forge, over HTTP, with all that can go wrong."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge, StatusDetails, serve_forge
from bot.forge.forge_server import Wrap
from bot.ports import RateLimited, Refusal, Unreachable
from bot.values import (
    Branch,
    Check,
    Checks,
    Comment,
    Issue,
    Permission,
    PullRequest,
    PullRequestContent,
    Repo,
    RepoInfo,
    Sha,
)

REPO = "acme/greeter"
HEAD, MAIN = Branch("greenlit/1-quiet"), Branch("main")
WORKFLOW = """\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: sh test.sh
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: echo clean
"""
FILES = {
    "README.md": "# Grüße\n",
    "test.sh": "echo it works\n",
    ".github/workflows/ci.yml": WORKFLOW,
}
GRANTED = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "read",
}
LOST = ("500", "502-after", "cut", "cut-after")


@pytest.fixture
def forge(tmp_path: Path, checked: Wrap) -> Iterator[Forge]:
    forge = Forge(tmp_path)
    forge.runner_env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    forge.create_repository(
        REPO, FILES, people={"ada": "admin", "tim": "triage", "mel": "maintain"}
    )
    with serve_forge(forge, checked):
        yield forge


@pytest.fixture
def keys(forge: Forge) -> AppKeys:
    return forge.create_app("greenlit", GRANTED, ["issues"])


@pytest.fixture
def repo(forge: Forge, keys: AppKeys) -> Repo:
    return Repo(REPO, forge.install(keys, REPO))


@pytest.fixture
def make(forge: Forge, keys: AppKeys) -> Callable[[], GitHubApp]:
    """Makes an adapter that remembers nothing, as after a restart."""
    url = forge.state.web
    return lambda: GitHubApp(
        keys.id, keys.private_key, url, f"{url}/api/v3", pause_between_writes_s=0.0
    )


@pytest.fixture
def github(make: Callable[[], GitHubApp]) -> GitHubApp:
    return make()


@pytest.fixture
def issue(forge: Forge) -> int:
    return forge.open_issue(REPO, "ada", "Greet", "It shouts.", ["autogen"])


def test_bot_knows_its_login(github: GitHubApp):
    """The login is the App's slug with GitHub's ending."""
    assert "greenlit[bot]" == github.fetch_login()


def test_repository_is_read(forge: Forge, github: GitHubApp, repo: Repo):
    """Its default branch, and that it was archived since."""
    before = github.repositories.fetch_info(repo)
    forge.archive_repository(REPO)

    assert RepoInfo(MAIN) == before
    assert RepoInfo(MAIN, archived=True) == github.repositories.fetch_info(repo)


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
        Issue(issue, "Greet", "It shouts.", "ada", open=False, locked=True, labels=("autogen",))
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


@pytest.mark.parametrize("lost", LOST)
def test_reaction_is_given_once(forge: Forge, github: GitHubApp, repo: Repo, issue: int, lost: str):
    """On the issue or on a comment, whatever got lost and however often it is asked."""
    comment = forge.add_comment(REPO, issue, "ada", "/generate")
    forge.faults.add("POST", "/reactions$", lost)
    for _ in range(2):
        github.comments.add_reaction(repo, issue, None)
        github.comments.add_reaction(repo, issue, comment)

    given = [forge.list_reactions(REPO, issue), forge.list_reactions(REPO, issue, comment)]
    assert [["eyes"], ["eyes"]] == [[reaction.content for reaction in on] for on in given]


@pytest.mark.parametrize("lost", LOST)
def test_comment_is_written_once(
    forge: Forge, make: Callable[[], GitHubApp], repo: Repo, issue: int, lost: str
):
    """Written, edited, and found again after a restart: one comment, though every kind of request
    gets lost once.
    """
    forge.faults.add("POST", "/comments$", lost)
    forge.faults.add("PATCH", "/comments/", lost)
    github = make()
    ids = [
        github.comments.put_comment(repo, issue, "greenlit:run", text)
        for text in ("queued", "working")
    ]
    ids.append(make().comments.put_comment(repo, issue, "greenlit:run", "done"))

    assert ["<!-- greenlit:run -->\ndone"] == [
        comment.body for comment in forge.list_comments(REPO, issue)
    ]
    assert {forge.list_comments(REPO, issue)[0].id} == set(ids)
    assert 2 == forge.faults.count_fired()


def test_deleted_comment_is_written_again(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """A maintainer may delete our comment: the next news is a new one."""
    first = github.comments.put_comment(repo, issue, "greenlit:run", "queued")
    forge.delete_comment(REPO, first, "ada")
    second = github.comments.put_comment(repo, issue, "greenlit:run", "working")

    assert [second] == [comment.id for comment in forge.list_comments(REPO, issue)]


def test_locked_issue_is_refused_in_words(forge: Forge, github: GitHubApp, repo: Repo, issue: int):
    """A locked issue takes no comment from an App."""
    forge.lock_issue(REPO, issue, "ada")

    with pytest.raises(Refusal, match="locked"):
        github.comments.put_comment(repo, issue, "greenlit:run", "queued")


def test_archived_repository_is_refused_in_words(
    forge: Forge, github: GitHubApp, repo: Repo, issue: int
):
    """An archived repository takes nothing."""
    forge.archive_repository(REPO)

    with pytest.raises(Refusal, match="archived"):
        github.comments.put_comment(repo, issue, "greenlit:run", "queued")


@pytest.mark.parametrize("lost", LOST)
def test_pull_is_opened_once(forge: Forge, make: Callable[[], GitHubApp], repo: Repo, lost: str):
    """A draft is opened, given new words and marked ready: one pull request, though every request
    gets lost once.
    """
    forge.push(REPO, "ada", HEAD, {"a.txt": "a"}, "A")
    forge.faults.add("POST", "/pulls$", lost)
    forge.faults.add("PATCH", "/pulls/", lost)
    forge.faults.add("POST", "/graphql$", lost)
    draft = make().pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=True)
    )
    ready = make().pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet quietly", "Closes #1", draft=False)
    )

    there = forge.list_pulls(REPO)
    assert [("Greet quietly", "Closes #1", False)] == [
        (pull.title, pull.body, pull.draft) for pull in there
    ]
    assert (
        PullRequest(there[0].number, f"{forge.state.web}/{REPO}/pull/{there[0].number}", draft=True)
        == draft
    )
    assert PullRequest(draft.number, draft.url, draft=False) == ready
    assert 3 == forge.faults.count_fired()


def test_pull_is_found_by_its_branch(forge: Forge, github: GitHubApp, repo: Repo):
    """None before it is opened; closed when a person closed it; the open one before a closed one."""
    forge.push(REPO, "ada", HEAD, {"a.txt": "a"}, "A")
    nothing = github.pulls.find_pull(repo, HEAD)
    opened = github.pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=False)
    )
    forge.close_pull(REPO, opened.number, "ada")
    closed = github.pulls.find_pull(repo, HEAD)
    again = github.pulls.open_pull(
        repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=False)
    )

    assert nothing is None
    assert PullRequest(opened.number, opened.url, draft=False, open=False) == closed
    assert opened.number != again.number
    assert again == github.pulls.find_pull(repo, HEAD)


def test_pull_without_a_commit_is_refused_in_words(forge: Forge, github: GitHubApp, repo: Repo):
    """GitHub's own words say what is wrong."""
    sha = forge.list_branches(REPO)["main"]
    subprocess.run(["git", "-C", forge.git_dir(REPO), "branch", HEAD, sha], check=True)

    with pytest.raises(Refusal, match="No commits between main and greenlit/1-quiet"):
        github.pulls.open_pull(
            repo, HEAD, MAIN, PullRequestContent("Greet", "Quietly", draft=False)
        )


def test_red_ci_is_read_and_run_again(forge: Forge, github: GitHubApp, repo: Repo):
    """A job that really failed: its check, steps, annotations and log; then it runs a second time,
    and no third.
    """
    sha = Sha(
        forge.push(REPO, "ada", HEAD, {"test.sh": "echo 'NameError: greet'\nexit 3\n"}, "Break it")
    )
    assert forge.wait_until_idle(30)
    checks = github.ci.fetch_checks(repo, sha)
    red = checks.failed[0]
    log = github.ci.fetch_job_log(repo, red.id, 10_000)
    notes = github.ci.list_annotations(repo, red.id)
    for _ in range(2):
        github.ci.rerun_failed(repo, red.run)
        assert forge.wait_until_idle(30)
    again = github.ci.fetch_checks(repo, sha).failed[0]
    first = github.ci.list_jobs(repo, red.run, 1)

    assert {"test": "failed", "lint": "passed"} == {
        check.name: check.state for check in checks.checks
    }
    assert red == Check("test", "failed", "failure", red.url, id=red.id, run=red.run, job=True)
    assert b"NameError: greet" in log
    assert [("failure", "Process completed with exit code 3.")] == [
        (note.level, note.message) for note in notes
    ]
    assert 2 == again.run_attempt
    assert red in first
    assert {"test": "failed", "lint": "passed"} == {check.name: check.state for check in first}
    assert red.id != again.id


def test_log_that_is_not_there_is_empty(github: GitHubApp, repo: Repo):
    """A job that GitHub does not know (any more) has no log."""
    assert b"" == github.ci.fetch_job_log(repo, 12345, 1000)


def test_statuses_count_and_empty_suites_do_not(forge: Forge, github: GitHubApp, repo: Repo):
    """Another CI's word counts; the suite that GitHub makes for every App does not, and is not
    waited for.
    """
    forge.makes_empty_suites = True
    sha = Sha(forge.push(REPO, "ada", "other", {".github/workflows/ci.yml": None}, "No CI"))
    assert forge.wait_until_idle(30)
    silent = github.ci.fetch_checks(repo, sha)
    forge.set_status(
        REPO, sha, "jenkins", "pending", StatusDetails(target_url="https://ci.example/1")
    )
    pending = github.ci.fetch_checks(repo, sha)
    forge.set_status(REPO, sha, "jenkins", "success")

    assert Checks(sha) == silent
    assert (Check("jenkins", "pending", "pending", "https://ci.example/1"),) == pending.checks
    assert github.ci.fetch_checks(repo, sha).green


def test_git_gets_a_token_of_its_own(forge: Forge, keys: AppKeys, github: GitHubApp):
    """The remote's secret opens a private repository to git, its address alone does not, and only
    that repository.
    """
    for name in ("acme/secret", "acme/other"):
        forge.create_repository(name, FILES, private=True)
    remote = github.fetch_remote(
        Repo("acme/secret", forge.install(keys, "acme/secret", "acme/other"))
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
    repo = Repo(REPO, forge.install(keys, REPO))
    github = GitHubApp(keys.id, keys.private_key, forge.state.web, f"{forge.state.web}/api/v3")

    with pytest.raises(Refusal, match=r"`issues: write; pull requests: write`"):
        github.comments.add_reaction(repo, issue, None)


@pytest.mark.parametrize(
    "kind", ["403-secondary", "403-secondary-silent", "403-primary", "429", "429-silent"]
)
def test_limits_are_told(forge: Forge, github: GitHubApp, repo: Repo, issue: int, kind: str):
    """Every way in which GitHub says "later" becomes one error that says when, and nothing was done
    twice.
    """
    forge.faults.add("POST", "/comments$", kind)
    with pytest.raises(RateLimited):
        github.comments.put_comment(repo, issue, "greenlit:run", "queued")
    github.comments.put_comment(repo, issue, "greenlit:run", "queued")

    assert 1 == len(forge.list_comments(REPO, issue))


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
    missed = github.list_missed_deliveries(3600)
    with _hearing() as (url, guids):
        forge.set_webhook_url(keys, url)
        for delivery in missed:
            github.redeliver(delivery.id)
        assert forge.wait_until_idle(30)

    assert {delivery.guid for delivery in missed} <= set(guids)
    assert () == github.list_missed_deliveries(3600)
    assert "issues" in {delivery.event for delivery in missed}
    assert ("greenlit", "http://127.0.0.1:9/github", [repo.installation], set(missed)) == (
        seen.slug,
        seen.hook_url,
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
