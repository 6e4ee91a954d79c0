"""The watch of CI and odd answers, which no GitHub of the forge gives."""

from __future__ import annotations

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.ports import Refusal
from bot.values import InstallationId, Repo, Sha, WatchedHead
from tests.adapters.github.graphql_double import GRAPHQL, SHA
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub

TOKENS = "POST /app/installations/1/access_tokens"
PASSED: dict[str, object] = {
    "statusCheckRollup": {"state": "SUCCESS"},
    "status": None,
    "checkSuites": {"nodes": []},
}


def test_a_server_without_limits_is_watched(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """An Enterprise server has none unless its operator sets them, and tells none."""
    github.on(GRAPHQL, Reply(data={"data": {"rateLimit": None, "many_0": {"object": PASSED}}}))
    head = WatchedHead(repo, SHA)
    marks = app.ci_marks.fetch([head], {repo})

    assert marks.by_head[head].has_settled
    assert marks.budget is None


def test_a_token_that_is_refused_for_no_repository_is_asked_for_once(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """GitHub takes each of two repositories, and not both: the look fails, and the next one asks."""

    def refuse_both(call: ApiCall) -> Reply:
        is_one = len(call.body["repositories"]) == 1
        return github.make_token(call) if is_one else Reply(422, {"message": "Not these"})

    github.on(TOKENS, refuse_both)
    repos = {repo, Repo("o/other", InstallationId(1))}
    with pytest.raises(Refusal, match="Not these"):
        app.ci_marks.fetch([WatchedHead(each, Sha(SHA)) for each in repos], repos)

    assert 3 == len(github.calls_to(TOKENS))
