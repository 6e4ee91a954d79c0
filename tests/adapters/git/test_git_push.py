"""Commits and pushes: to the run's own branch, once, and over nobody's work."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.git.mirrors import GitMirrors
from bot.ports import Refusal, Unreachable
from bot.values import (
    Author,
    Branch,
    CommitDetails,
    InstallationId,
    PushResult,
    Remote,
    Repo,
    Sha,
    Tree,
)
from tests.adapters.git.network_faults import NetworkFaults
from tests.git_served import READER, SECRET, Served, commit, git

REPO = Repo("ada/engine", InstallationId(1))
MAIN = Branch("main")
BRANCH = Branch("greenlit/7-slow")
ADA = Author("Ada", "ada@example.org")
AT = "2026-11-20T12:00:00+00:00"
FILES = {"src/app.py": "x = 2\n"}
CHANGE = CommitDetails("Change.\n\nBody.\n", ADA, AT)
FIX = CommitDetails("Fix.\n", ADA, AT)


@pytest.fixture
def tree(origin: Path, remote: Remote, mirrors: GitMirrors) -> Tree:
    """The fetched tip of a repository with some history."""
    for number in range(3):
        commit(origin, {"README.md": b"%d\n" % number, "src/app.py": b"x = %d\n" % number})
    return mirrors.fetch(REPO, remote, MAIN)


@pytest.fixture
def sha(mirrors: GitMirrors, tree: Tree) -> Sha:
    """A commit of ours on the tip."""
    return mirrors.commit(tree, FILES, (tree.sha,), CHANGE)


def there(origin: Path, branch: str = BRANCH) -> str:
    """Where a branch points on the server."""
    return git(origin, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")


def test_commit_is_what_was_asked_for(
    origin: Path, remote: Remote, mirrors: GitMirrors, tree: Tree, sha: Sha
):
    """A commit has the parent, the author, our committer, the date and the message byte for byte."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    shown = git(
        origin, "log", "-1", "--format=%P|%an <%ae>|%ad|%cn <%ce>|%cI|%B", "--date=iso-strict", sha
    )

    assert [
        tree.sha,
        "Ada <ada@example.org>",
        "2026-11-20T12:00:00+00:00",
        "greenlit <greenlit@users.noreply.github.com>",
        "2026-11-20T12:00:00+00:00",
        "Change.\n\nBody.",
    ] == shown.split("|")
    assert "x = 2" == git(origin, "show", f"{sha}:src/app.py")


def test_same_values_make_the_same_commit(
    origin: Path, remote: Remote, mirrors: GitMirrors, tree: Tree, sha: Sha, tmp_path: Path
):
    """Another machine that repeats the step makes the very commit."""
    other = GitMirrors(tmp_path / "other", ("http",))
    other.fetch(REPO, remote, MAIN)

    assert sha == mirrors.commit(tree, FILES, (tree.sha,), CHANGE)
    assert sha == other.commit(
        tree, FILES, (tree.sha,), replace(CHANGE, committed_at="2026-11-20T13:00:00+01:00")
    )
    assert sha != other.commit(
        tree, FILES, (tree.sha,), replace(CHANGE, committed_at="2026-11-20T12:00:01+00:00")
    )


def test_push_creates_the_branch(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha, served: Served
):
    """A first push creates our branch and touches no other."""
    pushed = mirrors.push(REPO, remote, sha, BRANCH, None)

    assert PushResult(sha) == pushed
    assert sha == there(origin) == mirrors.head(REPO, remote, BRANCH)
    assert [f"refs/heads/{BRANCH}"] == [
        update.ref for _, _, updates in served.pushes for update in updates
    ]


def test_push_is_idempotent(remote: Remote, mirrors: GitMirrors, sha: Sha, served: Served):
    """A push that is repeated after a crash finds its work done, whatever it expected."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    again = mirrors.push(REPO, remote, sha, BRANCH, None)

    assert PushResult(sha) == again
    assert 1 == len(served.pushes)


def test_next_push_goes_on_top(
    origin: Path, remote: Remote, mirrors: GitMirrors, tree: Tree, sha: Sha
):
    """A fix is pushed on the commit before it."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    fix = mirrors.commit(tree, {**FILES, "new.py": "y\n"}, (sha,), FIX)

    assert PushResult(fix) == mirrors.push(REPO, remote, fix, BRANCH, sha)
    assert [fix, sha] == git(origin, "rev-list", "-2", BRANCH).split()


def test_a_humans_push_is_kept(
    origin: Path, remote: Remote, mirrors: GitMirrors, tree: Tree, sha: Sha
):
    """Whoever pushed to our branch in between is told of, and their commit stays."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    human = commit(origin, {"human.py": b"\n"}, branch=BRANCH)
    fix = mirrors.commit(tree, FILES, (sha,), FIX)

    assert PushResult(Sha(human), is_ours=False) == mirrors.push(REPO, remote, fix, BRANCH, sha)
    assert human == there(origin)


def test_a_branch_that_was_there_before_is_kept(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha
):
    """A branch of that name that we did not make is not moved."""
    human = commit(origin, {"human.py": b"\n"}, branch=BRANCH)

    assert PushResult(Sha(human), is_ours=False) == mirrors.push(REPO, remote, sha, BRANCH, None)
    assert human == there(origin)


def test_a_deleted_branch_stays_deleted(
    origin: Path, remote: Remote, mirrors: GitMirrors, tree: Tree, sha: Sha
):
    """A branch that somebody deleted is not pushed anew."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    git(origin, "update-ref", "-d", f"refs/heads/{BRANCH}")
    fix = mirrors.commit(tree, FILES, (sha,), FIX)

    assert PushResult(Sha(""), is_ours=False) == mirrors.push(REPO, remote, fix, BRANCH, sha)
    assert "" == there(origin)


def test_push_needs_no_history_when_the_base_moved(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha
):
    """The base may move on while we work: what is on the remote is neither sent again nor missed
    here.
    """
    commit(origin, {"README.md": b"moved\n"})

    assert PushResult(sha) == mirrors.push(REPO, remote, sha, BRANCH, None)


def test_push_needs_no_history_when_the_base_was_rewritten(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha
):
    """No branch of the remote points at anything we know, and the push still goes through."""
    git(origin, "update-ref", "-d", "refs/heads/main")
    commit(origin, {"README.md": b"rewritten\n"})

    assert PushResult(sha) == mirrors.push(REPO, remote, sha, BRANCH, None)


@pytest.mark.parametrize("cut_after", [0, 10])
def test_lost_answer_is_no_failure(
    origin: Path,
    remote: Remote,
    mirrors: GitMirrors,
    sha: Sha,
    network: NetworkFaults,
    cut_after: int,
):
    """The connection breaks after the remote took the push: reading back finds it there."""
    network.path_end, network.cut_after = "git-receive-pack", cut_after

    assert PushResult(sha) == mirrors.push(REPO, remote, sha, BRANCH, None)
    assert sha == there(origin)


def test_push_that_never_arrived_may_be_tried_again(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha, network: NetworkFaults
):
    """The connection breaks before the remote took anything: that may pass."""
    network.path_end, network.cut_after = "info/refs", 0
    with pytest.raises(Unreachable):
        mirrors.push(REPO, remote, sha, BRANCH, None)
    network.cut_after = None

    assert "" == there(origin)
    assert PushResult(sha) == mirrors.push(REPO, remote, sha, BRANCH, None)


def test_reader_is_refused(remote: Remote, mirrors: GitMirrors, sha: Sha):
    """A token that may only read: the refusal names the permission."""
    with pytest.raises(Refusal, match="contents: write"):
        mirrors.push(REPO, replace(remote, secret=READER), sha, BRANCH, None)


def test_workflow_is_refused_in_words(remote: Remote, mirrors: GitMirrors, tree: Tree):
    """GitHub's refusal of a workflow reaches the reader, with what to do."""
    sha = mirrors.commit(tree, {".github/workflows/ci.yml": "on: push\n"}, (tree.sha,), FIX)
    with pytest.raises(Refusal) as raised:
        mirrors.push(REPO, remote, sha, BRANCH, None)

    assert "workflow `.github/workflows/ci.yml` without `workflows` permission" in str(raised.value)
    assert "Give the App the permission `workflows: write`" in str(raised.value)


@pytest.mark.parametrize(
    ("hook", "said"),
    [
        (
            "echo 'GH006: Protected branch update failed'; exit 1",
            "A rule of the repository protects this branch",
        ),
        (
            "echo 'no, thanks'; exit 1",
            "ada/engine did not take the push: hook declined. no, thanks",
        ),
    ],
)
def test_refused_branch_is_told_in_words(
    remote: Remote, mirrors: GitMirrors, sha: Sha, served: Served, hook: str, said: str
):
    """What a rule of the remote says to a push reaches the reader."""
    (served.root / ".hooks/update").write_text(f"#!/bin/sh\n{hook}\n")
    (served.root / ".hooks/update").chmod(0o755)
    with pytest.raises(Refusal) as raised:
        mirrors.push(REPO, remote, sha, BRANCH, None)

    assert said in str(raised.value)


def test_a_branch_is_deleted_where_it_stood(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha
):
    """Not when somebody pushed since; and only once."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    human = Sha(commit(origin, {"human.py": b"\n"}, branch=BRANCH))

    assert [False, True, False] == [
        mirrors.delete_branch(REPO, remote, BRANCH, expect) for expect in (sha, human, human)
    ]
    assert "" == there(origin)


def test_a_push_in_the_moment_of_a_deletion_is_kept(
    origin: Path, remote: Remote, tmp_path: Path, tree: Tree
):
    """The remote itself compares, so that nobody's commit is lost."""

    class PushedMeanwhile(GitMirrors):
        def head(self, repo: Repo, remote: Remote, branch: Branch) -> Sha | None:
            seen = super().head(repo, remote, branch)
            commit(origin, {"human.py": b"\n"}, branch=BRANCH)
            return seen

    ours = Sha(commit(origin, {"ours.py": b"\n"}, branch=BRANCH))
    mirrors = PushedMeanwhile(tmp_path / "other", ("http",))

    assert not mirrors.delete_branch(REPO, remote, BRANCH, ours)
    assert there(origin) not in ("", ours)


def test_a_deletion_whose_answer_was_lost_is_done(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha, network: NetworkFaults
):
    """Before the remote took it, it may be tried again; after it, it is not there any more."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    network.path_end, network.cut_after = "info/refs", 0
    with pytest.raises(Unreachable):
        mirrors.delete_branch(REPO, remote, BRANCH, sha)
    network.path_end = "git-receive-pack"

    assert mirrors.delete_branch(REPO, remote, BRANCH, sha)
    assert "" == there(origin)


def test_a_branch_that_a_rule_keeps_is_not_deleted(
    origin: Path, remote: Remote, mirrors: GitMirrors, sha: Sha, served: Served
):
    """What the remote refuses stays, and that is no error."""
    mirrors.push(REPO, remote, sha, BRANCH, None)
    (served.root / ".hooks/update").write_text("#!/bin/sh\necho 'GH006: Protected'; exit 1\n")
    (served.root / ".hooks/update").chmod(0o755)

    assert not mirrors.delete_branch(REPO, remote, BRANCH, sha)
    assert sha == there(origin)


@pytest.mark.parametrize("sha", ["HEAD", "main", "--all", "", "a" * 39, "A" * 40])
def test_only_full_shas_are_pushed(remote: Remote, mirrors: GitMirrors, tree: Tree, sha: str):
    """Nothing but the name of an object is given to git as one."""
    with pytest.raises(ValueError, match="not the name of an object"):
        mirrors.push(REPO, remote, Sha(sha), BRANCH, None)


def test_lost_mirror_is_told(mirrors: GitMirrors, tree: Tree, mirror: Path):
    """Without its mirror a tree cannot be read, which may pass."""
    shutil.rmtree(mirror)
    with pytest.raises(Unreachable, match="the mirror of ada/engine cannot answer"):
        mirrors.entries(tree)


def test_unknown_parent_is_told_and_damages_nothing(
    remote: Remote, mirrors: GitMirrors, tree: Tree, mirror: Path, caplog: pytest.LogCaptureFixture
):
    """A commit that was made elsewhere is missed in words; the mirror is no worse for it."""
    with pytest.raises(Unreachable, match="cannot answer"):
        mirrors.commit(tree, FILES, (Sha("1" * 40),), FIX)
    mirrors.fetch(REPO, remote, MAIN)

    assert "" == caplog.text


def test_secret_is_in_no_error(remote: Remote, mirrors: GitMirrors, sha: Sha, served: Served):
    """A remote that says the token back does not get it into our words."""
    (served.root / ".hooks/update").write_text(f"#!/bin/sh\necho 'you sent {SECRET}'; exit 1\n")
    (served.root / ".hooks/update").chmod(0o755)
    with pytest.raises(Refusal, match=r"you sent \*\*\*"):
        mirrors.push(REPO, remote, sha, BRANCH, None)
