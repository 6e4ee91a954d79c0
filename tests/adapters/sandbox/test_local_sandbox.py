"""The sandbox's port on this machine: what a job finds, what comes back, what stays."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.folder_lock import hold_lock
from bot.adapters.sandbox.leftovers import delete_leftovers
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.workspace_files import list_wanted
from bot.values import Patch, Repo, SandboxLimits, SandboxState, Sha, TreeEntry
from tests.adapters.sandbox.sandboxed import SandboxScene
from tests.git_served import git
from tests.tier_required import require_tier


def test_job_finds_the_tree_with_its_patch(scene: SandboxScene) -> None:
    """Files, modes and links are those of the tree with the patch; there is no .git."""
    tree = scene.lay(
        {
            "src/a.py": b"one\n",
            "src/b.py": b"two\n",
            "100755:run.sh": b"echo ran\n",
            "120000:link": b"src/a.py",
            "120000:out": b"../../etc/passwd",
            "120000:abs": b"/etc/passwd",
        }
    )

    result = scene.run(
        tree,
        "./run.sh",
        "cat link src/b.py src/new/c.py",
        "find . | sort",
        patch={"src/b.py": "TWO\n", "src/new/c.py": "three\n", "src/a.py": "one\n"},
    )

    assert (0, "") == (result.exit_code, result.obstacle)
    assert [
        "ran",
        "one",
        "TWO",
        "three",
        ".",
        "./link",
        "./run.sh",
        "./src",
        "./src/a.py",
        "./src/b.py",
        "./src/new",
        "./src/new/c.py",
    ] == result.log.decode().splitlines()
    assert (
        "abs: a symbolic link that leads out of the repository",
        "out: a symbolic link that leads out of the repository",
    ) == result.left_out
    assert ({}, ()) == (result.changes, result.dropped)


def test_only_what_differs_is_written_again(scene: SandboxScene) -> None:
    """The next job keeps the inode of what is the same, and what was built; the rest is as told."""
    tree = scene.lay({"a": b"a\n", "b": b"b\n", "d/c": b"c\n"})
    scene.run(tree, "echo built > out.o", patch={"d/new": "n\n"})
    before = (scene.files / "a").stat()

    result = scene.run(tree, "cat out.o b; ls", patch={"b": "B\n", "d/c": None})

    assert "built\nB\na\nb\nout.o\n" == result.log.decode()
    assert before == (scene.files / "a").stat()


def test_a_new_text_has_a_later_second(scene: SandboxScene) -> None:
    """Compilers' caches tell seconds and sizes apart, no more: each text has its own second."""
    tree = scene.lay({"m.py": b"print(1)\n"})

    seconds = []
    for number in (1, 2, 3, 4):
        patch = {"m.py": f"print({number})\n"}
        seconds.append(int(scene.run(tree, "stat -c %Y m.py", patch=patch).log))
        scene.run(tree, "echo 'print(0)' > m.py; touch -d 2099-01-01 m.py", patch=patch)

    assert sorted(set(seconds)) == seconds
    assert seconds[3] - seconds[0] < 60


def test_jobs_in_bubblewrap_change_nothing_but_their_workspace(scene: SandboxScene) -> None:
    """Under a real tier: Python compiles each text anew, closed folders are put back, and a run is
    cleared away.
    """
    tier = Bubblewrap()
    require_tier(tier)
    sandbox = LocalSandbox(scene.home, scene.mirrors, lambda: (tier, SandboxState("bubblewrap")))
    scene.sandbox = sandbox
    tree = scene.lay({"d/m.py": b"print(1)\n", "120000:link": b"d/m.py", "fixed/a": b"a\n"})
    command = "python3 -c 'import m'; pwd; mkdir -p ../x/y; chmod 0 ../x/y; chmod 555 ../fixed"

    results = [
        scene.run(tree, command, patch={"d/m.py": f"print({number})\n"}, folder="d")
        for number in (1, 2, 3)
    ]
    after = scene.run(tree, "ls", patch={"fixed/a": None})
    sandbox.discard("w")
    next_run = scene.run(tree, "find . -type f; cat link", workspace="next")

    assert [f"{number}\n/workspace/d\n" for number in (1, 2, 3)] == [
        result.log.decode() for result in results
    ]
    assert [()] * 3 == [result.dropped for result in results]
    assert "d\nlink\nx\n" == after.log.decode()
    assert ["./d/m.py", "./fixed/a", "print(1)"] == sorted(next_run.log.decode().splitlines())


def test_only_allowed_changes_come_back(scene: SandboxScene) -> None:
    """A formatter's change of a file of the patch comes back; others are put back and told."""
    tree = scene.lay({"a.py": b"x=1\n", "b.py": b"y=1\n", "c.py": b"z=1\n", "100755:d": b"d\n"})
    patch = {"a.py": "x  =  1\n"}

    result = scene.run(
        tree,
        "echo 'x = 1' > a.py; echo evil > b.py; rm c.py; touch d; echo '{}' > a.lock; echo n > note",
        patch=patch,
        returns=("a.py", "a.lock"),
    )
    again = scene.run(tree, "cat a.py b.py c.py; ls", patch={**patch, **result.changes})

    assert {"a.lock": "{}\n", "a.py": "x = 1\n"} == result.changes
    assert (
        "b.py: it is not for a command to change, and is put back",
        "c.py: it was deleted, and is put back",
    ) == result.dropped[:2]
    assert "x = 1\ny=1\nz=1\na.lock\na.py\nb.py\nc.py\nd\nnote\n" == again.log.decode()
    assert ({}, ()) == (again.changes, again.dropped)


def test_what_is_no_text_does_not_come_back(scene: SandboxScene) -> None:
    """A file that may come back does so as text of a bearable size, or not at all."""
    tree = scene.lay(dict.fromkeys(("binary", "big", "nul", "link", "pipe", "folder"), b"x\n"))

    result = scene.run(
        tree,
        r"printf '\377' > binary; printf 'a\0b' > nul; head -c 1000001 /dev/zero | tr '\0' a > big",
        "rm link pipe folder; ln -s /etc/passwd link; mkfifo pipe; mkdir folder",
        returns=("binary", "big", "nul", "link", "pipe", "folder", "absent"),
    )

    assert {} == result.changes
    assert (
        "big: it is larger than 1 MB",
        "binary: it is no UTF-8 text",
        "folder: it is a folder now",
        "link: it is a symbolic link now",
        "nul: it is no text",
        "pipe: it is a pipe now",
    ) == result.dropped


def test_a_run_leaves_nothing_to_the_next(scene: SandboxScene) -> None:
    """The next run takes over the files of the tree alone, and those as they are written there."""
    tree = scene.lay({"a": b"a\n", "d/b": b"b\n", "120000:link": b"a"})
    scene.run(tree, "mkdir -p x/y d/z; echo evil > d/z/e; echo evil > c; chmod 000 x/y; rm a")
    inode = (scene.files / "d/b").stat().st_ino

    scene.sandbox.discard("w")
    scene.sandbox.discard("never seen")
    kept = [path.name for path in scene.home.rglob("files/**/*")]
    result = scene.run(tree, "find . | sort; cat a d/b link", workspace="next")

    assert ["b", "d", "link"] == sorted(kept)
    assert ".\n./a\n./d\n./d/b\n./link\na\nb\na\n" == result.log.decode()
    assert inode == (scene.files / "d/b").stat().st_ino


def test_files_of_one_repository_do_not_reach_another(scene: SandboxScene) -> None:
    """Where a workspace served another repository, nothing of that is left in it."""
    tree = scene.lay({"a": b"a\n"})
    scene.run(tree, "echo b > b")
    other = replace(tree, repo=Repo("ada/other", tree.repo.installation))
    shutil.copytree(
        scene.origin.parent / "mirrors/ada/engine.git",
        scene.origin.parent / "mirrors/ada/other.git",
    )

    result = scene.run(other, "ls")

    assert "a\n" == result.log.decode()


def test_what_a_crash_left_is_made_anew(scene: SandboxScene) -> None:
    """A workspace that no manifest vouches for is not believed."""
    tree = scene.lay({"a": b"a\n", "d/b": b"b\n"})
    scene.run(tree, "echo evil > d/b; echo built > built")
    (scene.files.parent / "manifest.json").write_text("{")

    assert b"a\nb\n./a\n./d/b\n" == scene.run(tree, "cat a d/b; find . -type f | sort").log


def test_the_second_workspace_that_ends_is_deleted(scene: SandboxScene) -> None:
    """One is kept for the next run of its repository, however many ran at the same time."""
    tree = scene.lay({"a": b"a\n"})
    for name in ("one", "two", "three"):
        scene.run(tree, "touch built", workspace=name)

    for name in ("one", "two", "three"):
        scene.sandbox.discard(name)

    assert 1 == len(list(scene.home.glob("workspaces/*/files")))


def test_what_is_not_laid_is_told(scene: SandboxScene) -> None:
    """Submodules are not fetched, and no file system takes every name."""
    long_name, deep = "n" * 256, "/".join(["d" * 250] * 17)
    tree = scene.lay({"a": b"a\n", long_name: b"l\n", deep: b"d\n"})
    head = git(scene.origin, "rev-parse", "refs/heads/main")
    lines = (
        f"commit refs/heads/main\ncommitter A <a@b.c> 1793534500 +0000\ndata 1\n.\nfrom {head}\n"
    )
    module = f"{lines}M 160000 {'a' * 40} lib\n"
    git(scene.origin, "fast-import", "--quiet", given=module.encode())
    tree = scene.fetch()

    result = scene.run(tree, "ls")

    assert b"a\n" == result.log
    assert {
        "lib: a submodule, which is not fetched",
        f"{long_name}: its name is too long",
        f"{deep}: its name is too long",
    } == set(result.left_out)


def test_no_file_is_too_large_for_memory() -> None:
    """A file that GitHub would not take is not read whole into the bot's memory."""
    entries = [TreeEntry("a", "100644", Sha("a" * 40), 101 * 1024**2)]

    wanted = list_wanted(entries, {}, Patch())

    assert ({}, ("a: it is larger than GitHub takes",)) == (wanted.files, wanted.left_out)


def test_without_a_tier_nothing_runs(scene: SandboxScene) -> None:
    """What keeps the tiers away is told, and there is nothing to remove."""
    reason = "bubblewrap is not installed."
    sandbox = LocalSandbox(scene.home, scene.mirrors, lambda: (None, SandboxState("none", reason)))
    scene.sandbox = sandbox

    result = scene.run(scene.lay({"a": b"a\n"}), "touch ran")
    sandbox.discard("w")
    sandbox.delete_leftovers()

    assert (reason, None, False) == (result.obstacle, result.exit_code, scene.home.exists())
    assert SandboxState("none", reason) == sandbox.describe()


def test_jobs_of_a_workspace_take_turns(scene: SandboxScene) -> None:
    """Jobs that are asked for at once in one workspace never meet there."""
    tree = scene.lay({"a": b"a\n"})
    alone = ("test ! -e busy", "touch busy", "sleep 0.2", "rm busy")

    with ThreadPoolExecutor() as threads:
        jobs = [threads.submit(scene.run, tree, *alone) for _ in range(3)]
        codes = [job.result().exit_code for job in jobs]

    assert [0, 0, 0] == codes


def test_a_workspace_keeps_to_its_size(scene: SandboxScene) -> None:
    """A tree that is too large is not laid, and what was built goes where it is too much."""
    tree = scene.lay({"a": b"a" * 5_000, **{f"f{number:03}": b"f\n" for number in range(103)}})
    small = SandboxLimits(disk_bytes=2_000)
    some = SandboxLimits(disk_bytes=2_000_000)

    refused = scene.run(tree, "true", limits=small)
    built = scene.run(tree, "rm f*; head -c 4000000 /dev/zero > built; sleep 1", limits=some)
    after = scene.run(tree, "ls | wc -l", limits=some)

    assert refused.obstacle.endswith(" and the sandbox takes 0 MB at most.")
    assert "f000: it was deleted, and is put back" == built.dropped[0]
    assert (
        "3 more files: as above",
        "what was built: it takes more than 2 MB",
    ) == built.dropped[100:]
    assert b"104\n" == after.log


def test_new_files_are_told_when_they_look_like_work(scene: SandboxScene) -> None:
    """Caches, what .gitignore names, and the many files of a build are nobody's work."""
    tree = scene.lay({".gitignore": b"*.log\n!keep.log\n/only\n", "d/.gitignore": b"x*\n"})
    made = "notes.md a.log keep.log only d/only d/xyz __pycache__/m.pyc $(printf '\\377')"

    result = scene.run(tree, f"mkdir __pycache__; touch {made}", returns=("back.txt",))
    again = scene.run(tree, "touch more.md")
    many = scene.run(tree, "for i in $(seq 21); do touch new$i; done")

    assert ("d/only", "keep.log", "notes.md") == result.new_files
    assert ("more.md",) == again.new_files
    assert () == many.new_files


def test_old_workspaces_are_deleted(scene: SandboxScene) -> None:
    """What nobody used for long goes, and the oldest where all are too large; not what is in use."""
    tree = scene.lay({"a": b"a" * 50_000})
    for name in ("old", "second", "third", "in use"):
        scene.run(tree, "true", workspace=name)
    folder = scene.home / "workspaces"
    paths = [launch.workspace.parent for launch in scene.tier.launches]
    os.utime(paths[0].with_suffix(".lock"), (0, 0))
    os.utime(paths[1].with_suffix(".lock"), (10**9, 10**9))
    os.utime(paths[3].with_suffix(".lock"), (0, 0))

    with hold_lock(paths[3].with_suffix(".lock"), waits=False):
        delete_leftovers(folder, unused_s=60)
        after_age = [path.exists() for path in paths]
        delete_leftovers(folder, most_bytes=60_000)

    assert [False, False, True, True] == after_age
    assert [False, False, True, True] == [path.exists() for path in paths]
