"""A workspace that hostile code has written to: nothing outside of it is read, written or waited for."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.adapters.sandbox.delete_folder import FOLDER, empty_folder
from bot.adapters.sandbox.openat2 import act_as, find_openat2_obstacle, open_beneath
from bot.adapters.sandbox.uid_pool import FIRST_UID
from bot.adapters.sandbox.untrusted_folder import UntrustedFolder
from tests.adapters.sandbox.sandboxed import SandboxScene
from tests.git_served import git

SECRET = "the secret\n"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else, with a file named as one of the tree."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "a.py").write_text(SECRET)
    return folder


def test_links_are_not_followed(scene: SandboxScene, outside: Path) -> None:
    """A file or a folder that a link took the place of is told, and written anew where it was."""
    tree = scene.lay({"src/a.py": b"a\n", "b.py": b"b\n", "deep/er/c.py": b"c\n"})
    patch = {"src/a.py": "A\n", "b.py": "B\n"}

    result = scene.run(
        tree,
        f"rm -r src; ln -s {outside} src",
        f"rm b.py; ln -s {outside}/a.py b.py",
        f"rm -r deep; ln -s {outside} deep; ln -s {outside} lock",
        patch=patch,
        returns=("src/a.py", "b.py", "lock/a.py", "lock"),
    )
    again = scene.run(tree, "cat src/a.py b.py deep/er/c.py", patch=patch)

    assert {"src/a.py": None} == result.changes
    assert (
        "deep/er/c.py: it was deleted, and is put back",
        "b.py: it is a symbolic link now",
        "lock: it is a symbolic link now",
    ) == result.dropped[:3]
    assert "A\nB\nc\n" == again.log.decode()
    assert [(outside / "a.py", SECRET)] == [(f, f.read_text()) for f in outside.iterdir()]


def test_names_of_hand_made_trees_lead_nowhere(scene: SandboxScene) -> None:
    """A tree may hold names that no git would check out: they are left out, and told."""
    blob = git(scene.origin, "hash-object", "-w", "--stdin", given=b"evil\n")
    inner = _write_tree(scene, ("100644", "evil", blob))
    tree = _write_tree(
        scene,
        ("100644", "..", blob),
        ("40000", "..", inner),
        ("40000", ".GIT", inner),
        ("100644", ".git", blob),
        ("100644", "a", blob),
        ("40000", "sub", _write_tree(scene, ("40000", "..", inner))),
    )
    commit = git(scene.origin, "commit-tree", tree, "-m", "Odd")
    git(scene.origin, "update-ref", "refs/heads/main", commit)

    result = scene.run(scene.fetch(), "find . -type f; ls ..")

    assert b"./a\nfiles\ntrash\n" == result.log
    assert [
        "..",
        "../evil",
        ".GIT/evil",
        ".git",
        "sub/../evil",
    ] == sorted(line.removesuffix(": no git would check it out") for line in result.left_out)


def _write_tree(scene: SandboxScene, *entries: tuple[str, str, str]) -> str:
    raw = b"".join(
        f"{mode} {name}".encode() + b"\0" + bytes.fromhex(sha) for mode, name, sha in entries
    )
    words = ("hash-object", "-t", "tree", "-w", "--stdin", "--literally")
    return git(scene.origin, *words, given=raw)


@pytest.mark.parametrize("path", ["../a", "a/../../b", "/a", "..", "", "a//b", "./a"])
def test_no_path_of_dots_is_written(tmp_path: Path, path: str) -> None:
    """Whatever asks for it: a path that is not beneath the folder is an error."""
    for name in ("root", "trash"):
        (tmp_path / name).mkdir()
    files = UntrustedFolder(os.open(tmp_path / "root", FOLDER), os.open(tmp_path / "trash", FOLDER))

    with pytest.raises(ValueError, match="not a path beneath a folder"):
        files.write(path, b"x", 0o644, 0)
    files.close()


def test_nothing_is_waited_for_or_read_whole(scene: SandboxScene) -> None:
    """Pipes, sockets, devices and files of a terabyte in the place of files are only told."""
    names = ("pipe", "socket", "device", "sparse", "twice")
    tree = scene.lay(dict.fromkeys((*names, "touched", "pipe2"), b"x\n"))

    result = scene.run(
        tree,
        "rm pipe pipe2 socket device; mkfifo pipe pipe2; truncate -s 1T sparse; ln twice other",
        "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")'",
        "touch touched; mknod device c 1 5 || mkfifo device",
        returns=names,
    )
    told = dict(line.split(": ") for line in result.dropped)
    again = scene.run(tree, f"cat {' '.join(names)} pipe2")

    assert {} == result.changes
    assert "it is larger than 1 MB" == told["sparse"]
    assert "it has another name too" == told["twice"]
    assert told["device"] in {"it is no file now", "it is a pipe now"}
    assert "it is a pipe now" == told["pipe"]
    assert "it is no file now" == told["socket"]
    assert "touched" not in told
    assert "x\n" * 6 == again.log.decode()


def test_a_closed_workspace_is_opened_again(scene: SandboxScene) -> None:
    """Folders and files that are closed to their owner are put back, and do not stay closed."""
    tree = scene.lay({"a": b"a\n", "closed/b": b"b\n", "fixed/c": b"c\n", "d": b"d\n"})

    scene.run(
        tree, "rm -f closed/b; rm fixed/c; chmod 0 closed d .; chmod 555 fixed 2>/dev/null || true"
    )
    scene.files.chmod(0)
    again = scene.run(tree, "cat a closed/b fixed/c d")

    assert "a\nb\nc\nd\n" == again.log.decode()


def test_odd_names_are_told_as_text(scene: SandboxScene) -> None:
    """Names that are no UTF-8, hold control characters or are long do not break what is told."""
    tree = scene.lay({"a": b"a\n"})

    result = scene.run(
        tree, r"touch $(printf '\377\376') $(printf 'x\033[31m') $(printf 'n%250d' 1)"
    )

    assert 0 == result.exit_code
    for line in (*result.dropped, *result.new_files):
        assert line.encode().decode().isprintable()


def test_openat2_leads_nowhere_else(tmp_path: Path, outside: Path) -> None:
    """No dots, no absolute path and no link, a magic one too, leads out of a folder or in it."""
    assert "" == find_openat2_obstacle()
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (root / "in/a.py").write_text("mine\n")
    for name, target in {
        "up": "..",
        "abs": str(outside),
        "self": "in",
        "magic": "/proc/self/cwd",
    }.items():
        (root / name).symlink_to(target)
    folder = os.open(root, FOLDER)

    refused = []
    for path in ("../outside/a.py", "/etc/passwd", "up/outside/a.py", "abs/a.py", "self/a.py"):
        with pytest.raises(OSError, match=r"Invalid cross|symbolic links"):
            open_beneath(folder, path, os.O_RDONLY)
        refused.append(path)
    with pytest.raises(OSError, match="symbolic links"):
        open_beneath(folder, "magic/a.py", os.O_RDONLY)
    with os.fdopen(open_beneath(folder, "in/a.py", os.O_RDONLY)) as file:
        content = file.read()
    os.close(folder)

    assert (5, "mine\n") == (len(refused), content)


def test_a_folder_that_is_swapped_meanwhile_leads_nowhere(tmp_path: Path, outside: Path) -> None:
    """While a link and a folder change places, what is read and written stays inside."""
    root, trash = tmp_path / "root", tmp_path / "trash"
    for folder in (root / "d", trash):
        folder.mkdir(parents=True)
    (root / "d/a.py").write_text("mine\n")
    (root / "link").symlink_to(outside)
    swap = f"""
import ctypes
rename = ctypes.CDLL(None).renameat2
while True:
    rename(-100, b"{root}/d", -100, b"{root}/link", 2)
"""
    files = UntrustedFolder(os.open(root, FOLDER), os.open(trash, FOLDER))
    contents = set()
    with subprocess.Popen(["python3", "-c", swap]) as swapping:
        for _ in range(300):
            files._forget_parent()
            contents.add(files.read("d/a.py", 100))
            files.remove("d/gone.py")
            try:
                files.write("d/new.py", b"new\n", 0o644, 0)
            except OSError:
                continue
        swapping.kill()
    files.close()

    assert contents <= {None, b"mine\n"}
    assert [(outside / "a.py", SECRET)] == [(f, f.read_text()) for f in outside.iterdir()]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_another_user_is_acted_as_in_one_thread(tmp_path: Path) -> None:
    """What is written belongs to the sandbox's user, who cannot write elsewhere; others stay root."""
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for folder in (mine, theirs):
        folder.mkdir(mode=0o700)
    os.chown(theirs, FIRST_UID, FIRST_UID)
    inner, outer = os.open(theirs, FOLDER), os.open(mine, FOLDER)

    with act_as(FIRST_UID):
        os.close(os.open("a", os.O_CREAT, dir_fd=inner))
        with pytest.raises(PermissionError):
            os.open("a", os.O_CREAT, dir_fd=outer)
    other = threading.Thread(target=(mine / "b").touch)
    other.start()
    other.join()
    os.close(inner)
    os.close(outer)

    assert FIRST_UID == (theirs / "a").stat().st_uid
    assert 0 == (mine / "b").stat().st_uid


def test_any_folder_is_deleted(outside: Path) -> None:
    """Depth, number, modes, names and links keep nothing: all goes, and nothing else does."""
    memory = Path("/dev/shm")  # what takes seconds on a disk
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        root = Path(name)
        folder = os.open(root, FOLDER)
        _make_deep(folder, 5_000)
        (root / "wide/closed/in").mkdir(parents=True)
        for number in range(2_500):
            (root / "wide" / str(number)).touch()
        for link in (root / "link", root / "wide/link"):
            link.symlink_to(outside)
        os.mkfifo(root / "pipe")
        Path(os.fsdecode(bytes(root) + b"/\xff\xfe")).mkdir()
        for closed in ("wide/closed/in", "wide/closed", "wide"):
            (root / closed).chmod(0)

        empty_folder(folder)
        os.close(folder)

        assert [] == list(root.iterdir())
    assert SECRET == (outside / "a.py").read_text()


def _make_deep(folder: int, depth: int) -> None:
    """Make folders in folders, deeper than any path can name."""
    current = os.dup(folder)
    for _ in range(depth):
        os.mkdir("deep", dir_fd=current)
        below = os.open("deep", FOLDER, dir_fd=current)
        os.close(current)
        current = below
    os.close(current)
