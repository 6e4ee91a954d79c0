"""Commits that are made without a push: through GraphQL and by git's objects, signed by GitHub."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.forge.served_forge import CI, REPO, ServedForge
from tests.git_served import git

COMMIT = """mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) {
  commit { oid message signature { isValid wasSignedByGitHub state } } ref { name target { oid } }
} }"""
ZEROS = "0" * 40


def ask(branch: str, head: str, files: dict[str, str | None]) -> dict[str, Any]:
    """What to give to createCommitOnBranch."""
    additions = [
        {"path": path, "contents": b64encode(text.encode()).decode()}
        for path, text in files.items()
        if text is not None
    ]
    return {
        "branch": {"repositoryNameWithOwner": REPO, "branchName": branch},
        "expectedHeadOid": head,
        "message": {"headline": "Say it", "body": "Because."},
        "fileChanges": {
            "additions": additions,
            "deletions": [{"path": path} for path, text in files.items() if text is None],
        },
    }


def test_a_commit_is_made_on_a_branch(box: ServedForge):
    """A real commit of the App's bot, verified; what follows a push follows it."""
    head = box.forge.push(REPO, "ada", "a", {".github/workflows/ci.yml": CI}, "X.")
    body = {"title": "T", "head": "a", "base": "main"}
    box.request("POST", f"/repos/{REPO}/pulls", body)
    box.take_event_names()
    asked = ask("a", head, {"src/b.py": "B = 1\n", "README.md": None})
    made = box.query_graphql(COMMIT, input=asked)["data"]["createCommitOnBranch"]
    sha = made["commit"]["oid"]
    names = box.take_event_names()
    folder = box.forge.git_dir(REPO)
    shown = box.request("GET", f"/repos/{REPO}/commits/{sha}").json()

    assert {"name": "a", "target": {"oid": sha}} == made["ref"]
    assert {"isValid": True, "wasSignedByGitHub": True, "state": "VALID"} == made["commit"][
        "signature"
    ]
    assert "Say it\n\nBecause." == made["commit"]["message"]
    assert f"greenlit[bot] GitHub {head}" == git(folder, "log", "-1", "--format=%an %cn %P", "a")
    assert ["A\tsrc/b.py", "D\tREADME.md"] == sorted(
        git(folder, "show", "--name-status", "--no-renames", "--format=", "a").splitlines()
    )
    assert ("greenlit[bot]", True, "valid") == (
        shown["author"]["login"],
        shown["commit"]["verification"]["verified"],
        shown["commit"]["verification"]["reason"],
    )
    assert {"push", "pull_request.synchronize", "workflow_job.completed"} <= set(names)


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        ({"expectedHeadOid": "a" * 40}, "STALE_DATA", "Pull and try again"),
        (
            {"branch": {"repositoryNameWithOwner": REPO, "branchName": "none"}},
            "NOT_FOUND",
            "name 'none'",
        ),
        (
            {"branch": {"repositoryNameWithOwner": "acme/other", "branchName": "main"}},
            "NOT_FOUND",
            "Could not resolve to a Repository",
        ),
        ({"branch": {"id": "REF_1"}}, "UNPROCESSABLE", "branchName"),
        ({"fileChanges": {"deletions": [{"path": "no.txt"}]}}, "UNPROCESSABLE", "no.txt"),
        (
            {"fileChanges": {"additions": [{"path": "a", "contents": "?"}]}},
            "UNPROCESSABLE",
            "Base64",
        ),
        (
            {"fileChanges": {"additions": [{"path": "../b", "contents": ""}]}},
            "UNPROCESSABLE",
            "cannot be applied",
        ),
    ],
)
def test_what_cannot_be_committed_is_refused(
    shared: ServedForge, changed: dict[str, Any], kind: str, words: str
):
    """With GitHub's type, and the branch stays where it is."""
    head = shared.forge.list_branches(REPO)["main"]
    asked = {**ask("main", head, {"b.py": "B\n"}), **changed}
    error = shared.query_graphql(COMMIT, input=asked)["errors"][0]

    assert (kind, True) == (error["type"], words in error["message"])
    assert head == shared.forge.list_branches(REPO)["main"]


def test_permissions_hold_for_commits(box: ServedForge):
    """contents: write for all, workflows: write for workflows, and no archived repository."""
    head = box.forge.list_branches(REPO)["main"]
    workflow = ask("main", head, {".github/workflows/ci.yml": CI})
    plain = ask("main", head, {"b.py": "B\n"})
    kinds = []
    for level, asked in (("read", plain), ("write", workflow)):
        box.app_token = box.mint_token(contents=level)
        kinds.append(box.query_graphql(COMMIT, input=asked)["errors"][0]["type"])
    tree = {"path": ".github/workflows/ci.yml", "mode": "100644", "type": "blob", "content": CI}
    branch, status = create_branch(box, head, [tree])
    box.forge.archive_repository(REPO)
    kinds.append(box.query_graphql(COMMIT, input=plain)["errors"][0]["type"])

    assert ["FORBIDDEN"] * 3 == kinds
    assert (403, None) == (status, box.forge.list_branches(REPO).get(branch))
    assert head == box.forge.list_branches(REPO)["main"]


def create_branch(box: ServedForge, parent: str, entries: list[dict[str, Any]]) -> tuple[str, int]:
    """Make a tree, a commit of it and a branch at that; return the branch and the last status."""
    git_url = f"/repos/{REPO}/git"
    tree = box.request("POST", f"{git_url}/trees", {"base_tree": parent, "tree": entries}).json()
    commit = {"message": "Say it.\n", "tree": tree["sha"], "parents": [parent]}
    sha = box.request("POST", f"{git_url}/commits", commit).json()["sha"]
    ref = {"ref": "refs/heads/made", "sha": sha}
    return "made", box.request("POST", f"{git_url}/refs", ref).status_code


def test_a_branch_begins_at_a_commit_of_objects(box: ServedForge):
    """Tree, commit and ref, each a request; the branch appears with one push, once."""
    main = box.forge.list_branches(REPO)["main"]
    box.take_event_names()
    entries: list[dict[str, Any]] = [
        {"path": "run.sh", "mode": "100755", "type": "blob", "content": "ls\n"},
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
    ]
    statuses = [create_branch(box, main, entries)[1] for _ in range(2)]
    folder = box.forge.git_dir(REPO)

    assert [201, 422] == statuses
    assert ["push"] == box.take_event_names()
    assert f"greenlit[bot] GitHub {main}" == git(folder, "log", "-1", "--format=%an %cn %P", "made")
    assert ["run.sh", "src/a.py"] == git(folder, "ls-tree", "-r", "--name-only", "made").split()
    assert "100755" == git(folder, "ls-tree", "made", "run.sh").split()[0]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("trees", {"base_tree": "a" * 40, "tree": []}),
        ("commits", {"message": "M", "tree": "a" * 40, "parents": []}),
        ("refs", {"ref": "refs/heads/x", "sha": "a" * 40}),
        ("refs", {"ref": "refs/tags/x", "sha": "a" * 40}),
    ],
)
def test_objects_that_do_not_exist_are_refused(
    shared: ServedForge, path: str, body: dict[str, Any]
):
    """Nothing is built on what is not there."""
    assert 422 == shared.request("POST", f"/repos/{REPO}/git/{path}", body).status_code
