"""Fetching: what comes into a mirror, what does not, and what happens when it breaks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.mirror import Mirror
from bot.adapters.git.mirrors import GitMirrors
from bot.ports import Refusal, Unreachable
from bot.values import Branch, InstallationId, Remote, Repo, Sha, Tree
from tests.adapters.git.network_faults import NetworkFaults
from tests.git_served import SECRET, Served, commit, git, serving

REPO = Repo("ada/engine", InstallationId(1))
MAIN = Branch("main")


def objects(mirror: Path) -> list[str]:
    """The kinds of all objects in a mirror."""
    kinds = git(mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").split()
    return sorted(kinds)


def test_fetch_brings_the_tip(origin: Path, remote: Remote, mirrors: GitMirrors):
    """A fetched tree lists its files and reads them."""
    sha = commit(origin, {"README.md": b"hello\n", "src/app.py": b"x = 1\n"})
    tree = mirrors.fetch(REPO, remote, MAIN)

    assert Tree(REPO, Sha(sha), MAIN) == tree
    assert ["README.md", "src/app.py"] == [entry.path for entry in mirrors.entries(tree)]
    assert {"src/app.py": b"x = 1\n"} == mirrors.read(tree, ["src/app.py", "gone"])


def test_history_comes_without_its_files(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path
):
    """Of older commits no blob is fetched, and yet it can be told what they said and which files
    they changed.
    """
    for number in range(5):
        commit(origin, {"src/app.py": b"x = %d\n" % number}, f"Count to {number}.")
    tree = mirrors.fetch(REPO, remote, MAIN)

    assert ["blob", *["commit"] * 5, *["tree"] * 10] == objects(mirror)
    assert ("Count to 4.", "Count to 3.") == mirrors.subjects(tree, 2)
    assert [("Count to 4.", ("src/app.py",))] == [
        (past.message, past.paths) for past in mirrors.past(tree, mirrors.log(tree, 1))
    ]
    assert "" == mirrors.change(tree, tree.sha, 1_000)


def test_the_files_of_a_past_change_are_fetched_when_asked_for(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path, served: Served
):
    """Before and after the change, and no others; then its diff can be told, and nothing is asked
    of the server again.
    """
    for number in range(5):
        commit(origin, {"src/app.py": b"x = %d\n" % number}, f"Count to {number}.")
    tree = mirrors.fetch(REPO, remote, MAIN)
    _, third, second = mirrors.log(tree, 3)
    mirrors.fetch_changes(tree, remote, [third, second])
    asked = len(served.asked)
    mirrors.fetch_changes(tree, remote, [third, second])

    assert asked == len(served.asked)
    assert 4 == objects(mirror).count("blob")
    assert "-x = 2\n+x = 3\n" in mirrors.change(tree, third, 1_000)


def test_of_a_change_of_everything_no_file_is_fetched(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path
):
    """Its diff says nothing, and would be most of the repository."""
    commit(origin, {f"src/{number}.py": b"x = 1\n" for number in range(60)}, "Begin.")
    commit(origin, {f"src/{number}.py": b"x = %d\n" % number for number in range(60)}, "Format.")
    commit(origin, {"src/1.py": b"x = 7\n"}, "Change.")
    tree = mirrors.fetch(REPO, remote, MAIN)
    before = objects(mirror)
    mirrors.fetch_changes(tree, remote, list(mirrors.log(tree, 3))[1:2])

    assert before == objects(mirror)


def test_second_fetch_asks_once(origin: Path, remote: Remote, mirrors: GitMirrors, served: Served):
    """When nothing changed the remote is asked for its branch, and for nothing else."""
    commit(origin, {"README.md": b"hello\n"})
    first = mirrors.fetch(REPO, remote, MAIN)
    served.asked.clear()
    second = mirrors.fetch(REPO, remote, MAIN)

    assert first == second
    assert 2 == len(served.asked)  # protocol 2: what can you do, and where is the branch


def test_only_what_is_new_is_fetched(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path
):
    """A later fetch brings the new commits, the trees on the way to a change, and the tip's new
    files.
    """
    commit(origin, {f"src/{number}/mod.py": b"%d\n" % number for number in range(30)})
    mirrors.fetch(REPO, remote, MAIN)
    before = objects(mirror)
    commit(origin, {"src/7/mod.py": b"between\n"})
    commit(origin, {"src/7/mod.py": b"new\n"})
    tree = mirrors.fetch(REPO, remote, MAIN)

    assert {"src/7/mod.py": b"new\n"} == mirrors.read(tree, ["src/7/mod.py"])
    assert sorted([*before, "blob", *["commit"] * 2, *["tree"] * 6]) == objects(mirror)


def test_a_tip_that_returns_to_an_old_state_is_whole(
    origin: Path, remote: Remote, mirrors: GitMirrors
):
    """A revert's files are in the history that was not fetched, and are fetched all the same."""
    commit(origin, {"src/app.py": b"old\n", "src/deep/er.py": b"old\n", "keep": b"\n"})
    commit(origin, {"src/app.py": b"new\n", "src/deep/er.py": b"new\n"})
    mirrors.fetch(REPO, remote, MAIN)
    commit(origin, {"src/app.py": b"old\n", "src/deep/er.py": b"old\n"})
    tree = mirrors.fetch(REPO, remote, MAIN)

    assert 3 == len(mirrors.entries(tree))
    assert {"src/app.py": b"old\n", "src/deep/er.py": b"old\n"} == mirrors.read(
        tree, ["src/app.py", "src/deep/er.py"]
    )


def test_a_branch_at_an_old_commit_is_whole(origin: Path, remote: Remote, mirrors: GitMirrors):
    """A commit that came as mere history gets its files when a branch points at it."""
    old = commit(origin, {"README.md": b"old\n"})
    commit(origin, {"README.md": b"new\n"})
    mirrors.fetch(REPO, remote, MAIN)
    git(origin, "branch", "stable", old)
    tree = mirrors.fetch(REPO, remote, Branch("stable"))

    assert {"README.md": b"old\n"} == mirrors.read(tree, ["README.md"])


def test_a_delta_on_what_is_not_here_is_understood(
    origin: Path, remote: Remote, mirrors: GitMirrors, caplog: pytest.LogCaptureFixture
):
    """A remote with bitmaps sends changes of trees that only the history had: their bases are sent
    for.
    """
    old = {f"many/{os.urandom(10).hex()}": b"%d\n" % number for number in range(500)}
    new = {f"many/{os.urandom(10).hex()}": b"new\n" for number in range(5)}
    commit(origin, old)
    commit(origin, dict.fromkeys(old) | new)
    mirrors.fetch(REPO, remote, MAIN)
    some = dict(list(old.items())[:400])
    commit(origin, some | dict.fromkeys(new))
    git(origin, "repack", "-q", "-a", "-d", "-b", "-f")

    assert some == mirrors.read(mirrors.fetch(REPO, remote, MAIN), list(old))
    assert "" == caplog.text  # the mirror was not made anew for it


def test_force_push_is_followed(origin: Path, remote: Remote, mirrors: GitMirrors):
    """A branch whose history was rewritten is fetched as it is now; the old tree can still be read."""
    commit(origin, {"README.md": b"one\n"})
    old = mirrors.fetch(REPO, remote, MAIN)
    git(origin, "update-ref", "-d", "refs/heads/main")
    commit(origin, {"README.md": b"two\n"})
    new = mirrors.fetch(REPO, remote, MAIN)

    assert [b"one\n", b"two\n"] == [
        mirrors.read(tree, ["README.md"])["README.md"] for tree in (old, new)
    ]


def test_empty_repository_is_refused(remote: Remote, mirrors: GitMirrors, served: Served):
    """A repository without a commit is told so."""
    with pytest.raises(Refusal, match="ada/engine is empty"):
        mirrors.fetch(REPO, remote, MAIN)


def test_unknown_branch_is_refused(origin: Path, remote: Remote, mirrors: GitMirrors):
    """A branch that is not there is named; a tail of a branch's name is not the branch."""
    commit(origin, {"README.md": b"\n"}, branch="feature/main")
    with pytest.raises(Refusal, match="no branch `main`"):
        mirrors.fetch(REPO, remote, MAIN)

    assert None is mirrors.head(REPO, remote, MAIN)


@pytest.mark.parametrize("branch", ["", "a..b", "a b", "a.lock", "x/", "a\nb", "@{-1}", "a:b"])
def test_odd_branch_is_no_branch(remote: Remote, mirrors: GitMirrors, branch: str):
    """A name that git would not take as a branch is not asked for."""
    with pytest.raises(ValueError, match="not the name of a branch"):
        mirrors.head(REPO, remote, Branch(branch))


@pytest.mark.parametrize("name", ["../etc", "a/..", "a/b/c", "a", ".empty/x", "a/b\n", ""])
def test_odd_repository_has_no_mirror(remote: Remote, mirrors: GitMirrors, name: str):
    """No name of a repository leads out of the home."""
    with pytest.raises(ValueError, match="not the name of a repository"):
        mirrors.fetch(Repo(name, InstallationId(1)), remote, MAIN)


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id",
        "http://x:y@127.0.0.1/a",
        "file:///etc",
        "https://github.com/a/b",
        "-u",
        "http://a/b\nc",
        "/etc",
    ],
)
def test_odd_address_is_not_fetched_from(mirrors: GitMirrors, url: str):
    """Only plain addresses of the allowed protocols are used, and none with a password in it."""
    with pytest.raises(ValueError, match="not a plain http address"):
        mirrors.head(REPO, Remote(url, SECRET), MAIN)


def test_wrong_token_may_be_renewed(origin: Path, remote: Remote, mirrors: GitMirrors):
    """A token that the remote does not take is a trouble that may pass, told without the token."""
    commit(origin, {"README.md": b"\n"})
    with pytest.raises(Unreachable, match="did not take the token") as raised:
        mirrors.fetch(REPO, Remote(remote.url, "ghs_wrong"), MAIN)

    assert "ghs_wrong" not in str(raised.value)


def test_missing_repository_is_refused_with_advice(remote: Remote, mirrors: GitMirrors):
    """A repository that the App cannot see is a refusal that says what to do."""
    with pytest.raises(Refusal, match="Install the App"):
        mirrors.fetch(REPO, Remote(remote.url.replace("engine", "else"), SECRET), MAIN)


def test_closed_port_is_unreachable(tmp_path: Path, mirrors: GitMirrors):
    """A server that is down is a trouble that may pass."""
    with serving(tmp_path / "srv") as gone:
        url = f"{gone.url}/ada/engine.git"
    with pytest.raises(Unreachable, match=r"unable to access|Failed to connect"):
        mirrors.fetch(REPO, Remote(url, SECRET), MAIN)


@pytest.mark.parametrize("cut_after", [0, 100, 3_000])
def test_cut_fetch_is_begun_again(
    origin: Path, remote: Remote, mirrors: GitMirrors, network: NetworkFaults, cut_after: int
):
    """A connection that breaks in the middle is a trouble that may pass, and leaves a mirror that
    works.
    """
    commit(origin, {f"{number}": os.urandom(1000) for number in range(20)})
    network.path_end, network.cut_after = "git-upload-pack", cut_after
    with pytest.raises(Unreachable):
        mirrors.fetch(REPO, remote, MAIN)
    network.cut_after = None

    assert 20 == len(mirrors.entries(mirrors.fetch(REPO, remote, MAIN)))


def test_silent_server_is_left(
    origin: Path, remote: Remote, tmp_path: Path, network: NetworkFaults
):
    """A server that does not answer is given up after the timeout, with all of git's processes."""
    commit(origin, {"README.md": b"\n"})
    network.path_end, network.delay_s = "", 3.0
    with pytest.raises(Unreachable, match=r"took longer than 0\.5 s"):
        GitMirrors(tmp_path / "home", ("http",), timeout_s=0.5).fetch(REPO, remote, MAIN)

    assert [] == [line for line in processes() if remote.url in line]


def processes() -> list[str]:
    """The command lines of all processes."""
    return subprocess.run(
        ["ps", "-A", "-o", "args"], capture_output=True, check=True, text=True
    ).stdout.splitlines()


def test_redirect_is_not_followed(
    origin: Path, remote: Remote, tmp_path: Path, mirrors: GitMirrors, network: NetworkFaults
):
    """Nobody else gets to see the token, whoever the remote points to."""
    commit(origin, {"README.md": b"\n"})
    with serving(tmp_path / "elsewhere") as elsewhere:
        network.path_end, network.redirect_to = "info/refs", elsewhere.url
        with pytest.raises(Unreachable, match="302"):
            mirrors.fetch(REPO, remote, MAIN)

    assert [] == elsewhere.asked


@pytest.mark.parametrize("lost", ["objects", "HEAD", "config", "refs", "."])
def test_emptied_mirror_is_made_anew(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path, lost: str
):
    """A mirror that lost a part of itself is fetched again."""
    commit(origin, {"README.md": b"hello\n"})
    mirrors.fetch(REPO, remote, MAIN)
    part = mirror / lost
    shutil.rmtree(part) if part.is_dir() else part.unlink()
    if lost in {"objects", "."}:
        part.mkdir()
    tree = mirrors.fetch(REPO, remote, MAIN)

    assert {"README.md": b"hello\n"} == mirrors.read(tree, ["README.md"])


@pytest.mark.parametrize("kind", ["blob", "tree"])
def test_corrupt_mirror_is_told_and_healed(
    origin: Path,
    remote: Remote,
    mirrors: GitMirrors,
    mirror: Path,
    kind: str,
    caplog: pytest.LogCaptureFixture,
):
    """An object that rotted is noticed when it is read; the next fetch makes the mirror anew and
    says so.
    """
    commit(origin, {"src/app.py": os.urandom(500)})
    tree = mirrors.fetch(REPO, remote, MAIN)
    sha = git(
        mirror, "rev-parse", f"{tree.sha}:src/app.py" if kind == "blob" else f"{tree.sha}:src"
    )
    for pack in mirror.glob("objects/pack/*.pack"):
        rot(pack, sha)
    with pytest.raises(Unreachable, match="the mirror of ada/engine cannot answer"):
        mirrors.read(tree, ["src/app.py"])
    mirrors.fetch(REPO, remote, MAIN)

    assert ["src/app.py"] == list(mirrors.read(tree, ["src/app.py"]))
    assert "is made anew" in caplog.text


def rot(pack: Path, sha: str) -> None:
    """Change the bytes of one object in a pack that holds it."""
    shown = git(pack.parent, "verify-pack", "-v", str(pack.with_suffix(".idx")))
    for size, offset in re.findall(rf"^{sha} \w+ +\d+ (\d+) (\d+)", shown, re.MULTILINE):
        pack.chmod(0o600)
        content = bytearray(pack.read_bytes())
        content[int(offset) + 6 : int(offset) + int(size)] = bytes(int(size) - 6)
        pack.write_bytes(content)


def test_lock_of_a_killed_git_does_not_last(
    origin: Path, remote: Remote, mirrors: GitMirrors, mirror: Path
):
    """A lock file that is older than any git could be is removed."""
    commit(origin, {"README.md": b"one\n"})
    mirrors.fetch(REPO, remote, MAIN)
    new = commit(origin, {"README.md": b"two\n"})
    left = mirror / f"refs/greenlit/complete/{new}.lock"
    left.touch()
    os.utime(left, (0, 0))

    assert new == mirrors.fetch(REPO, remote, MAIN).sha


def test_mirror_stays_small(origin: Path, remote: Remote, tmp_path: Path, mirror: Path):
    """Many fetches leave few packs, and every tree that was fetched can still be read."""
    mirrors = GitMirrors(tmp_path / "home", ("http",))
    trees = []
    for number in range(4):
        commit(origin, {"README.md": b"%d\n" % number, f"{number}": b"\n"})
        trees.append(mirrors.fetch(REPO, remote, MAIN))
    commit(origin, {"README.md": b"last\n"})
    process = GitProcess(mirror, tmp_path / "home/.empty")
    few = Mirror(process, packs=2)
    few.fetch(process.toward(remote, ("http",)), remote.url, mirrors.head(REPO, remote, MAIN) or "")

    assert 2 >= len(list(mirror.glob("objects/pack/*.pack")))
    assert [b"%d\n" % number for number in range(4)] == [
        mirrors.read(tree, ["README.md"])["README.md"] for tree in trees
    ]
    assert b"last\n" == mirrors.read(mirrors.fetch(REPO, remote, MAIN), ["README.md"])["README.md"]


def test_threads_share_a_mirror(origin: Path, remote: Remote, mirrors: GitMirrors):
    """Threads that fetch the same repository at once all get it."""
    sha = commit(origin, {f"{number}": b"%d\n" % number for number in range(100)})
    with ThreadPoolExecutor(4) as pool:
        trees = list(pool.map(lambda _: mirrors.fetch(REPO, remote, MAIN), range(4)))

    assert [sha] * 4 == [tree.sha for tree in trees]
    assert 100 == len(mirrors.read(trees[0], [str(number) for number in range(100)]))


def test_processes_share_a_mirror(
    origin: Path, remote: Remote, tmp_path: Path, mirrors: GitMirrors
):
    """Processes that fetch the same repository at once all get it."""
    sha = commit(origin, {f"{number}": b"%d\n" % number for number in range(100)})
    program = (
        "import sys, pathlib; from bot.adapters.git.mirrors import GitMirrors; from bot.values import Remote, Repo;"
        "mirrors = GitMirrors(pathlib.Path(sys.argv[1]), ('http',));"
        "print(mirrors.fetch(Repo('ada/engine', 1), Remote(sys.argv[2], sys.stdin.read()), 'main').sha)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home"), remote.url]
    with ThreadPoolExecutor(2) as pool:
        done = list(
            pool.map(
                lambda _: subprocess.run(
                    command, input=SECRET, capture_output=True, text=True, check=True
                ),
                range(2),
            )
        )

    assert [f"{sha}\n"] * 2 == [one.stdout for one in done]
    assert 100 == len(mirrors.entries(Tree(REPO, Sha(sha), MAIN)))


def test_folder_on_this_machine_is_fetched(origin: Path, tmp_path: Path):
    """A folder can be a remote, where the file protocol is allowed: the command line solves issues
    there.
    """
    commit(origin, {"README.md": b"old\n"})
    commit(origin, {"README.md": b"hello\n"})
    mirrors = GitMirrors(tmp_path / "other", ("file",))
    tree = mirrors.fetch(REPO, Remote(origin.as_uri()), MAIN)

    assert {"README.md": b"hello\n"} == mirrors.read(tree, ["README.md"])


def test_a_pull_request_of_a_fork_is_fetched_by_its_commit(
    origin: Path, remote: Remote, mirrors: GitMirrors
):
    """No branch here has it, only GitHub's own ref. A commit that GitHub does not show yet may come
    later: that is no refusal.
    """
    began = commit(origin, {"src/app.py": b"x = 1\n"})
    git(origin, "update-ref", "refs/heads/theirs", began)
    head = commit(origin, {"src/app.py": b"x = 2\n"}, branch="theirs")
    git(origin, "update-ref", "refs/pull/8/head", head)
    git(origin, "update-ref", "-d", "refs/heads/theirs")
    tree = mirrors.fetch_commit(REPO, remote, Sha(head), Branch("theirs"))

    assert {"src/app.py": b"x = 2\n"} == mirrors.read(tree, ["src/app.py"])
    with pytest.raises(Unreachable):
        mirrors.fetch_commit(REPO, remote, Sha("1" * 40), MAIN)
