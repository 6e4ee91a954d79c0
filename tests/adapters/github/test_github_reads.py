"""What is read: people, issues, files, logs, and the App itself."""

from __future__ import annotations

import base64

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.ports import Refusal
from bot.values import Annotation, Branch, Comment, Issue, Repo, RepoInfo
from tests.adapters.github.scripted_github import Reply, ScriptedGitHub, comment


def test_repository_is_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Its default branch, and whether it is archived or private."""
    github.on(
        "GET /repos/o/r",
        Reply(data={"default_branch": "trunk", "archived": True, "private": False}),
    )

    assert RepoInfo(Branch("trunk"), archived=True, private=False) == app.repositories.fetch_info(
        repo
    )


@pytest.mark.parametrize(
    ("data", "permission"),
    [
        ({"permission": "admin", "role_name": "admin"}, "admin"),
        ({"permission": "write", "role_name": "maintain"}, "maintain"),
        ({"permission": "read", "role_name": "triage"}, "triage"),
        ({"permission": "write", "role_name": "release-captain"}, "write"),
        ({"permission": "none", "role_name": ""}, "none"),
        ({"permission": "write"}, "write"),
    ],
)
def test_permission_is_the_finer_word(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, data: dict[str, str], permission: str
):
    """The role tells maintain and triage apart; an organization's own role falls back to what it
    amounts to.
    """
    github.on("GET /repos/o/r/collaborators/ada/permission", Reply(data=data))

    assert permission == app.repositories.fetch_permission(repo, "ada")


def test_unknown_person_has_no_permission(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub answers 404 to a login that it does not know; whatever the login holds stays one part
    of the path.
    """
    github.on(
        "GET /repos/o/r/collaborators/odd%2F..%2Fx%5Bbot%5D/permission",
        Reply(404, {"message": "Not Found"}),
    )

    assert "none" == app.repositories.fetch_permission(repo, "odd/../x[bot]")


def test_issue_is_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """With labels of both shapes; a deleted author is the ghost; a pull request is told from an
    issue.
    """
    data = {
        "number": 7,
        "title": "T",
        "body": None,
        "user": None,
        "state": "closed",
        "locked": True,
        "labels": [{"name": "autogen"}, "old"],
        "pull_request": {},
    }
    github.on("GET /repos/o/r/issues/7", Reply(data=data))

    assert Issue(
        7, "T", "", "ghost", False, True, True, ("autogen", "old")
    ) == app.issues.fetch_issue(repo, 7)


def test_remarks_are_read_to_the_last_page(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """All comments, oldest first, with when they were last edited and whether a bot wrote them.

    The address of the next page names another host, as behind a proxy: only its path is used.
    """
    path = "GET /repos/o/r/issues/7/comments"
    link = {
        "Link": "<https://elsewhere.example/api/v3/repos/o/r/issues/7/comments?per_page=100&page=2>;"
        ' rel="next"'
    }
    github.on(
        path,
        Reply(data=[comment(1, "a", "ada", "User")], headers=link),
        Reply(data=[comment(2, "b")]),
    )

    assert (
        Comment(1, "ada", "a", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        Comment(2, "greenlit[bot]", "b", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", bot=True),
    ) == app.issues.list_comments(repo, 7)
    assert [{"per_page": "100"}, {"per_page": "100", "page": "2"}] == [
        call.query for call in github.calls_to(path)
    ]


def test_file_is_text_or_none(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A file is decoded; what is missing, a folder or a submodule is none; a huge one is refused."""
    text = base64.encodebytes("käse".encode()).decode()
    github.on(
        "GET /repos/o/r/contents/a%20b/c.yml",
        Reply(data={"type": "file", "encoding": "base64", "content": text}),
        Reply(404, {"message": "Not Found"}),
        Reply(data=[]),
        Reply(data={"type": "submodule"}),
        Reply(data={"type": "file", "encoding": "none", "content": ""}),
    )

    assert ["käse", None, None, None] == [
        app.repositories.fetch_file(repo, "a b/c.yml") for _ in range(4)
    ]
    with pytest.raises(Refusal, match="larger than a megabyte"):
        app.repositories.fetch_file(repo, "a b/c.yml")


def test_annotations_are_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """The notes that a check pinned to lines."""
    note = {"path": "a.py", "start_line": 3, "annotation_level": "failure", "message": "boom"}
    github.on("GET /repos/o/r/check-runs/9/annotations", Reply(data=[note]))

    assert (Annotation("a.py", 3, "failure", "boom"),) == app.ci.list_annotations(repo, 9)
