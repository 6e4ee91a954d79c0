"""Commits that GitHub makes for the bot: verified, once, and what is pushed instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.adapters.github.commits import MOST_FILES
from bot.ports import Ports, Refusal, Unreachable
from bot.steps.push_branch import commit_patch, push_branch
from bot.values import Author, Branch, CommitDetails, Patch, PushResult, Sha, Tree
from tests.git_served import git
from tests.place import Place

BRANCH = Branch("greenlit/7-greet")
MESSAGE = (
    "Greet softly\n\nIt shouted.\n\nRefs: #7\nCo-authored-by: ada <ada@users.noreply.github.com>\n"
)


def push(
    ports: Ports, tree: Tree, files: Mapping[str, str | None], expect: Sha | None = None
) -> PushResult:
    """Commit files as a run does, on what was pushed before, and bring them to the branch."""
    sha = commit_patch(ports, tree, Patch(dict(files)), expect or tree.sha, MESSAGE)
    return push_branch(ports, tree, sha, BRANCH, expect)


def is_verified(place: Place, sha: Sha) -> bool:
    """Whether GitHub shows the commit as verified."""
    return sha in place.forge.state.find_repository(place.repo.name).signed_commits


def test_github_makes_and_signs_the_commits(place: Place):
    """The first with its branch, the next on top: the bot's, with message and trailers, verified."""
    tree = place.tree()
    first = push(place.ports, tree, {"a.txt": "ä\n", "README.md": None})
    second = push(place.ports, tree, {"a.txt": "ä\n", "b/c.txt": "c\r\n"}, first.sha)
    folder = place.forge.git_dir(place.repo.name)
    log = git(folder, "log", "--format=%H %an %cn %(trailers:key=Co-authored-by)", "-2", BRANCH)
    push_path = f"/{place.repo.name}.git/git-receive-pack"
    pushes = [path for _, path, _ in place.forge.list_requests() if path == push_path]

    assert (True, True, "") == (first.is_ours, second.is_ours, second.obstacle)
    assert [
        f"{sha} greenlit[bot] GitHub Co-authored-by: ada <ada@users.noreply.github.com>"
        for sha in (second.sha, first.sha)
    ] == [line for line in log.splitlines() if line]
    assert MESSAGE.strip() == git(folder, "log", "-1", "--format=%B", BRANCH)
    assert [True, True] == [is_verified(place, pushed.sha) for pushed in (first, second)]
    assert {"a.txt": "ä\n", "b/c.txt": "c\r\n"}.items() <= place.forge.read_files(
        place.repo.name, BRANCH
    ).items()
    assert "+c" in second.diff
    assert [] == pushes


@pytest.mark.parametrize("lost", ["500", "cut", "502-after", "cut-after"])
def test_a_commit_whose_answer_was_lost_is_made_once(place: Place, lost: str):
    """Done again, it is found on the branch by its parent, its files and its message."""
    tree = place.tree()
    made: list[PushResult] = []
    for path in ("/git/refs$", "/graphql$"):
        expect = made[-1].sha if made else None
        patch = Patch({"x.txt": f"{len(made)}\n"})
        sha = commit_patch(place.ports, tree, patch, expect or tree.sha, MESSAGE)
        place.forge.faults.add("POST", path, lost)
        with pytest.raises(Unreachable):
            push_branch(place.ports, tree, sha, BRANCH, expect)
        made.append(push_branch(place.ports, tree, sha, BRANCH, expect))
        again = push_branch(place.ports, tree, sha, BRANCH, expect)
        assert made[-1] == again
    folder = place.forge.git_dir(place.repo.name)

    assert [True, True] == [result.is_ours for result in made]
    assert "2" == git(folder, "rev-list", "--count", f"{tree.sha}..{BRANCH}")


def test_whoever_pushed_first_keeps_the_branch(place: Place):
    """Neither a new branch nor a moved one is committed over, nor one that was deleted made anew."""
    tree = place.tree()
    theirs = place.forge.push(place.repo.name, "eve", BRANCH, {"b.txt": "b\n"}, "Mine")
    begun = push(place.ports, tree, {"a.txt": "a\n"})
    place.tree(BRANCH)
    moved = place.forge.push(place.repo.name, "eve", BRANCH, {"b.txt": "c\n"}, "Mine")
    on_moved = push(place.ports, tree, {"a.txt": "a\n"}, Sha(theirs))
    place.forge.delete_branch(place.repo.name, BRANCH, "eve")
    on_deleted = push(place.ports, tree, {"a.txt": "a\n"}, Sha(theirs))

    assert [(theirs, False), (moved, False), ("", False)] == [
        (result.sha, result.is_ours) for result in (begun, on_moved, on_deleted)
    ]


def test_what_github_cannot_make_is_pushed(place: Place):
    """An executable, a change of very many files, and all where the settings say so."""
    tree = place.lay({"100755:run.sh": b"echo hi\n"})
    many = {f"{number}.txt": "x\n" for number in range(MOST_FILES + 1)}
    pushed = replace(place.ports, commits=None)
    results = [push(place.ports, tree, {"run.sh": "echo ho\n"})]
    for ports, files in ((place.ports, many), (pushed, {"a.txt": "a\n"})):
        results.append(push(ports, tree, files, results[-1].sha))
    folder = place.forge.git_dir(place.repo.name)

    assert [(True, False)] * 3 == [
        (result.is_ours, is_verified(place, result.sha)) for result in results
    ]
    assert "100755" == git(folder, "ls-tree", BRANCH, "run.sh").split()[0]
    assert results[-1].sha == place.forge.list_branches(place.repo.name)[BRANCH]


def test_what_is_no_text_is_pushed(place: Place):
    """A file that is no UTF-8 cannot begin a branch through the API; on a branch it can."""
    tree = place.lay({"latin.txt": b"\xe4\n"})
    author = Author("greenlit[bot]", "bot@example.org")
    details = CommitDetails(MESSAGE, author, "2026-11-01T12:00:00+00:00")
    results: list[PushResult] = []
    for content in (b"\xf6\n", b"\xfc\n"):
        expect = results[-1].sha if results else None
        files = {"latin.txt": content}
        parents = (expect or tree.sha,)
        sha = place.ports.mirrors.commit(tree, files, parents, details)
        results.append(push_branch(place.ports, tree, sha, BRANCH, expect))

    assert [False, True] == [is_verified(place, result.sha) for result in results]
    assert {"latin.txt": b"\xfc\n"} == place.ports.mirrors.read(place.tree(BRANCH), ["latin.txt"])


def test_a_refusal_of_git_is_the_last_word(place: Place):
    """A workflow without the permission for it is refused by the API, and then by git in words."""
    tree = place.tree()
    with pytest.raises(Refusal, match="workflows"):
        push(place.ports, tree, {".github/workflows/new.yml": "on: push\n"})
