"""What jobs have uploaded: listed by attempt, fetched from elsewhere without a credential."""

from __future__ import annotations

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.ports import BadAnswer, Refusal, Unreachable
from bot.values import Artifact, Repo
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub, listening

RUN = "GET /repos/o/r/actions/runs/3"
ZIP = "GET /repos/o/r/actions/artifacts/5/zip"


def make_artifact(number: int, minute: int, **changed: object) -> dict[str, object]:
    at = f"2026-01-01T00:{minute:02}:00Z"
    plain = {"id": number, "name": "junit", "size_in_bytes": 9, "expired": False, "created_at": at}
    return {**plain, **changed}


@pytest.fixture
def uploads(github: ScriptedGitHub) -> ScriptedGitHub:
    """A run whose second attempt began at minute 20, and its third at minute 40."""
    third = {"run_attempt": 3, "run_started_at": "2026-01-01T00:40:00Z"}
    second = {"run_attempt": 2, "run_started_at": "2026-01-01T00:20:00Z"}
    url = f"{github.api_url}/repos/o/r/actions/runs/3"
    github.on(RUN, lambda call: Reply(data={**third, "url": url}))
    github.on(f"{RUN}/attempts/2", lambda call: Reply(data=second))
    github.on(f"{RUN}/attempts/3", lambda call: Reply(data=third))
    artifacts = [make_artifact(1, 10), make_artifact(2, 30), make_artifact(4, 50, expired=True)]
    more = [make_artifact(3, 50), make_artifact(5, 55, created_at=None)]
    github.on(f"{RUN}/artifacts", lambda call: Reply(data={"artifacts": artifacts + more}))
    return github


@pytest.mark.parametrize(("attempt", "ids"), [(1, [5, 1]), (2, [5, 2]), (3, [5, 3])])
@pytest.mark.usefixtures("uploads")
def test_artifacts_are_those_of_the_attempt(
    app: GitHubApp, repo: Repo, attempt: int, ids: list[int]
):
    """By their time, the newest first, without what has expired."""
    artifacts = app.ci.list_artifacts(repo, 3, attempt)

    assert ids == [artifact.id for artifact in artifacts]
    assert Artifact(5, "junit", 9) == artifacts[0]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Reply(403, {"message": "Resource not accessible by integration"}), Refusal),
        (Reply(404, {"message": "Not Found"}), Refusal),
        (Reply(502), Unreachable),
        (Reply(data={"artifacts": [{"id": "five"}]}), BadAnswer),
    ],
)
def test_artifacts_that_cannot_be_listed_are_an_error(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, answer: Reply, kind: type
):
    """Of the families that whoever asks can do without."""
    github.on(RUN, Reply(data={"run_attempt": 1}))
    github.on(f"{RUN}/artifacts", answer, answer, answer, answer)

    with pytest.raises(kind):
        app.ci.list_artifacts(repo, 3, 1)


def test_an_artifact_is_fetched_without_a_credential(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo
):
    """Gone at GitHub or in its store it is empty; one that is too long is refused."""

    def answer(call: ApiCall) -> Reply:
        if "authorization" in call.headers:
            return Reply(400)
        return Reply(404) if call.path == "/gone" else Reply(data=b"PK" * 500)

    with listening(answer, host="localhost") as store:
        github.on(
            ZIP,
            Reply(302, headers={"Location": f"{store}/a?sig=x"}),
            Reply(302, headers={"Location": f"{store}/gone?sig=x"}),
            Reply(410, {"message": "Artifact has expired"}),
            Reply(302, headers={"Location": f"{store}/a?sig=x"}),
        )
        fetched = [app.ci.fetch_artifact(repo, 5, 1000) for _ in range(3)]

        assert [b"PK" * 500, b"", b""] == fetched
        with pytest.raises(Refusal, match="longer than 999 bytes"):
            app.ci.fetch_artifact(repo, 5, 999)
