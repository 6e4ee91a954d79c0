"""Requests: never mixed, never sent elsewhere, never repeated in vain."""

from __future__ import annotations

import sys
import threading

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.ports import Refusal
from bot.values import Repo
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub, comment, listening


def test_threads_do_not_mix_their_requests(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Eight threads write at once; each body arrives where it belongs (PyGithub's clients are not
    thread-safe).
    """
    mixed: list[object] = []

    def react(call: ApiCall) -> Reply:
        if call.path.split("/")[5] not in call.body["body"]:
            mixed.append(call)
        return Reply(201, comment(1, call.body["body"]))

    for number in range(8):
        github.on(f"GET /repos/o/r/issues/{number}/comments", Reply(data=[]))
        github.on(f"POST /repos/o/r/issues/{number}/comments", react)

    def write(number: int) -> None:
        for turn in range(12):
            app.comments.put_comment(repo, number, f"m{turn}", f"{number}")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)

    assert [] == mixed
    assert (
        sum(call.verb == "POST" and call.path.startswith("/repos") for call in github.calls) == 96
    )


def test_write_follows_a_renamed_repository(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub answers 307 to writes under an old name, which PyGithub takes for a success."""
    github.on(
        "POST /repos/o/r/issues/7/reactions",
        Reply(307, headers={"Location": f"{github.api_url}/repositories/5/x"}),
    )
    github.on("POST /repositories/5/x", Reply(201, {}))
    app.comments.add_reaction(repo, 7, None)

    assert [{"content": "eyes"}] == [
        call.body for call in github.calls_to("POST /repositories/5/x")
    ]


def test_redirect_to_another_host_takes_no_token_along(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Neither the 301 that PyGithub follows nor the 307 that we follow leads away from the API's
    host.
    """
    elsewhere: list[ApiCall] = []

    def hear(call: ApiCall) -> Reply:
        elsewhere.append(call)
        return Reply(data={"number": 7, "title": "T"})

    with listening(hear, host="localhost") as other:
        github.on("GET /repos/o/r/issues/7", Reply(301, headers={"Location": f"{other}/api/v3/x"}))
        github.on(
            "POST /repos/o/r/issues/7/reactions", Reply(307, headers={"Location": f"{other}/x"})
        )
        with pytest.raises(Refusal, match="GREENLIT_GITHUB_API_URL"):
            app.issues.fetch_issue(repo, 7)
        with pytest.raises(Refusal, match="GREENLIT_GITHUB_API_URL"):
            app.comments.add_reaction(repo, 7, None)

    assert [] == elsewhere


def test_rerun_happens_once(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A re-run whose answer was lost is seen by the attempt's number; a run that ran twice is left
    alone.
    """
    runs = {"run_attempt": 1}

    def rerun(call: ApiCall) -> Reply:
        runs["run_attempt"] += 1
        return Reply(cut=True)

    github.on("GET /repos/o/r/actions/runs/3", lambda call: Reply(data=runs))
    github.on("POST /repos/o/r/actions/runs/3/rerun-failed-jobs", rerun)
    app.ci.rerun_failed(repo, 3)
    app.ci.rerun_failed(repo, 3)

    assert {"run_attempt": 2} == runs
