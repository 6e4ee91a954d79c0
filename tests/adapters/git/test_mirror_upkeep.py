"""Mirrors are tidied while nobody works, and nothing that a run may want is lost by it."""

import os
import time

import pytest

from bot.adapters.git.kept_mirrors import KeptMirrors
from bot.adapters.git.mirror import HISTORY
from bot.adapters.git.mirror_upkeep import MirrorUpkeep
from bot.adapters.trash import move_to_trash
from bot.values import Author, Branch, CommitDetails, InstallationId, Patch, Repo, Tree
from tests.git_served import commit, git

REPO, MAIN = Repo("ada/engine", InstallationId(1)), Branch("main")
DETAILS = CommitDetails("Quieter", Author("bot", "bot@x.example"), "2026-11-30T10:00:00+00:00")


@pytest.fixture
def unpushed(mirrors, remote, origin):
    """A commit that a run made on the last of three tips, and did not push."""
    for number in range(3):
        # So many objects that git keeps their packs as they are.
        commit(origin, {f"{number}/{name}.py": b"%d\n" % name for name in range(120)})
        tree = mirrors.fetch(REPO, remote, MAIN)
    sha = mirrors.commit(tree, {"a.py": "x = 2\n"}, (tree.sha,), DETAILS)
    return Tree(REPO, sha, MAIN)


@pytest.fixture
def kept(tmp_path):
    """The mirrors as the upkeep sees them."""
    return KeptMirrors(tmp_path / "home", tmp_path / "trash")


@pytest.fixture
def upkeep(kept, unpushed):
    """Tidies as soon as there is a second pack, and waits for no quiet."""
    return MirrorUpkeep(kept, lambda: True, quiet_s=-60.0, most_packs=1)


def list_packs(mirror):
    return list(mirror.glob("objects/pack/*.pack"))


def is_tidy(mirror):
    return len(list_packs(mirror)) == 1 and (mirror / "objects/info/commit-graph").exists()


def test_a_mirror_that_was_used_is_tidied_once(upkeep, mirrors, mirror, unpushed, remote, origin):
    """To one pack and a table of the history; what is not pushed yet stays, and fetches go on."""
    before = len(list_packs(mirror))
    upkeep.look()
    tidied_at = (mirror / "tidied").stat().st_mtime_ns
    os.utime(mirror / "HEAD", (time.time() - 60, time.time() - 60))
    upkeep.look()

    assert before > 1
    assert is_tidy(mirror)
    assert tidied_at == (mirror / "tidied").stat().st_mtime_ns
    assert b"x = 2\n" == mirrors.read(unpushed, ["a.py"])["a.py"]
    commit(origin, {"b.py": b"y = 1\n"})
    assert b"y = 1\n" == mirrors.read(mirrors.fetch(REPO, remote, MAIN), ["b.py"])["b.py"]


def test_a_long_history_is_tidied(kept, mirrors, mirror, remote, origin, caplog):
    """Of its older commits the mirror has no trees, and the remote is not asked for them."""
    one = b"commit refs/heads/main\ncommitter A <a@x> %d +0000\ndata 1\nC\nM 100644 inline a\ndata %d\n"
    texts = (b"%d\n" % number for number in range(HISTORY + 50))
    stream = (one % (1_793_534_400, len(text)) + text + b"\n" for text in texts)
    git(origin, "fast-import", "--quiet", given=b"".join(stream))
    mirrors.overlay(mirrors.fetch(REPO, remote, MAIN), Patch({"b.py": "made by a run\n"}))
    MirrorUpkeep(kept, lambda: True, quiet_s=-60.0, most_packs=0, look_s=0.001).look()

    assert "not tidied" not in caplog.text
    assert is_tidy(mirror)


def test_it_stops_when_work_comes(kept, mirror, mirrors, unpushed):
    """The mirror is as it was, nothing is locked, and the next look does it."""
    looks = iter([True, False])
    busy = MirrorUpkeep(kept, lambda: next(looks), tuple, -60.0, 1, 0.000_001)
    busy.look()
    assert len(list_packs(mirror)) > 1
    assert not (mirror / "tidied").exists()
    assert b"x = 2\n" == mirrors.read(unpushed, ["a.py"])["a.py"]

    MirrorUpkeep(kept, lambda: False, quiet_s=-60.0).look()
    assert not (mirror / "tidied").exists()
    MirrorUpkeep(kept, lambda: True, quiet_s=-60.0, most_packs=1).look()
    assert is_tidy(mirror)


def test_what_a_killed_git_left_is_in_nobodys_way(upkeep, mirror, mirrors, remote):
    """Half a pack goes, and so does the lock of a table."""
    left = [
        mirror / "objects/pack/tmp_pack_a",
        mirror / "objects/pack/.tmp-7-pack-a.pack",
        mirror / "objects/info/commit-graph.lock",
    ]
    for path in left:
        path.touch()
    mirrors.fetch(REPO, remote, MAIN)
    upkeep.look()

    assert is_tidy(mirror)
    assert not [path for path in left if path.exists()]


def test_a_mirror_in_use_is_left_alone(kept, mirror, unpushed):
    """Used a moment ago, by a run that lives, or locked by a fetch."""
    MirrorUpkeep(kept, lambda: True).look()
    MirrorUpkeep(kept, lambda: True, lambda: {"ada/engine#7/1"}, -60.0).look()
    with kept.open("ada/engine").lock():
        MirrorUpkeep(kept, lambda: True, quiet_s=-60.0).look()

    assert not (mirror / "tidied").exists()


def test_a_mirror_that_cannot_be_tidied_is_not_tried_again_at_once(upkeep, mirror, caplog):
    """The log has git's words, and it has its turn after its next use."""
    (mirror / "objects/info/commit-graph/in-the-way").mkdir(parents=True)
    upkeep.look()
    os.utime(mirror / "HEAD", (time.time() - 60, time.time() - 60))
    upkeep.look()

    assert 1 == caplog.text.count("is not tidied")


def test_a_mirror_that_goes_meanwhile_is_passed_over(upkeep, kept, mirror, tmp_path, caplog):
    """As when there is no room for it."""
    move_to_trash(mirror, tmp_path / "trash")
    upkeep._tidy(kept.open("ada/engine"))

    assert not mirror.exists()
    assert "not tidied" not in caplog.text
