"""What CI on the forge says, and that it runs again."""

from __future__ import annotations

from bot.adapters.github.github_app import GitHubApp
from bot.forge import Forge, StatusDetails
from bot.values import (
    Check,
    Checks,
    Repo,
    Sha,
)
from tests.adapters.github.on_forge.greeter import HEAD, REPO


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
    forge.state.makes_empty_suites = True
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
