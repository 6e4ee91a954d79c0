"""Mirrors that have no room go as a whole, and are fetched anew when they are wanted."""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.disk_keeper import DiskKeeper, name_trash
from bot.adapters.git.elsewhere import Elsewhere
from bot.adapters.git.kept_mirrors import KeptMirrors
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.trash import move_to_trash
from bot.ports import NoMetrics
from bot.values import Branch, Remote, Repo
from tests.git_served import SECRET, commit, serving

DAY_S = 86_400
NAMES = ("ada/engine", "ada/.github", "bob/tool")


@dataclass
class Counted(NoMetrics):
    """Metrics that a test reads."""

    evictions: list = field(default_factory=list)
    uses: list = field(default_factory=list)

    def keep_disk(self, use):
        self.uses.append(use)

    def count_eviction(self, kind, size_bytes):
        self.evictions.append((kind, size_bytes > 0))


class NothingMade:
    """No run made a commit on another machine."""

    def keep_pack(self, repo, sha, pack):
        """Keep nothing."""

    def read_pack(self, _repo, _sha):
        return None


@dataclass
class Home:
    """A home with the mirrors of some repositories, and what keeps it to a size."""

    folder: Path
    url: str
    live: set = field(default_factory=set)
    metrics: Counted = field(default_factory=Counted)

    def __post_init__(self):
        elsewhere = Elsewhere(NothingMade(), lambda repo: self.remote(repo.name))
        self.mirrors = GitMirrors(self.folder / "mirrors", ("http",), elsewhere=elsewhere)
        self.kept = KeptMirrors(self.folder / "mirrors", name_trash(self.folder))

    def remote(self, name):
        return Remote(f"{self.url}/{name}.git", SECRET)

    def fetch(self, name):
        """Fetch a repository of the server; its mirror is then a few kilobytes."""
        return self.mirrors.fetch(Repo(name, 7), self.remote(name), Branch("main"))

    def age(self, name, days):
        """Let a mirror be unused for so long."""
        used_at = time.time() - days * DAY_S
        os.utime(self.folder / f"mirrors/{name}.git/HEAD", (used_at, used_at))

    def keeper(self, cap_bytes, **options):
        stores, options = {"mirrors": self.kept}, {"reserve_bytes": 0} | options
        find_live = self.live.copy
        return DiskKeeper(self.folder, stores, cap_bytes, find_live, self.metrics, **options)

    def names(self):
        return [part.name for part in self.kept.list_parts(())]

    def size(self):
        return sum(map(self.kept.measure, self.kept.list_parts(())))


@pytest.fixture(scope="module")
def fetched(tmp_path_factory):
    """A server of three repositories, and a home with their mirrors, which tests copy."""
    folder = tmp_path_factory.mktemp("fetched")
    with serving(folder / "srv") as served:
        home = Home(folder / "bot", served.url)
        for name in NAMES:
            commit(served.create(name), {"a.py": b"x = 1\n"})
            home.fetch(name)
        yield home


@pytest.fixture
def home(tmp_path, fetched):
    """Three mirrors that were used one, two and three days ago."""
    shutil.copytree(fetched.folder, tmp_path / "bot")
    home = Home(tmp_path / "bot", fetched.url)
    for days, name in enumerate(NAMES, start=1):
        home.age(name, days)
    return home


def test_the_mirror_that_was_used_longest_ago_goes(home):
    """Until all have room, a tenth to spare; it is counted, and the bytes are told by kind."""
    home.keeper(home.size() - 1).keep()

    assert ["ada/.github", "ada/engine"] == home.names()
    assert [("mirrors", True)] == home.metrics.evictions
    assert {"mirrors": home.size()} == home.metrics.uses[-1].kinds
    assert not list(name_trash(home.folder).iterdir())


def test_what_went_is_fetched_anew(home):
    """Whoever wants it next has it, through the same object."""
    home.keeper(1).keep()
    assert [] == home.names()

    tree = home.fetch("bob/tool")
    assert {"a.py": b"x = 1\n"} == home.mirrors.read(tree, ["a.py"])
    assert ["bob/tool"] == home.names()


def test_a_read_is_a_use(home):
    """A mirror that is read often is fetched seldom."""
    tree = home.fetch("bob/tool")
    home.age("bob/tool", 3)
    home.mirrors.entries(tree)
    home.keeper(1).keep()

    assert ["bob/tool"] == home.names()


def test_a_mirror_of_a_live_run_stays(home):
    """However long ago it was used: it may have commits that are nowhere else."""
    home.live = {"bob/tool#7/1"}
    home.keeper(1).keep()

    assert ["bob/tool"] == home.names()


def test_a_mirror_that_is_fetched_into_stays(home):
    """It is locked; the others go in its place."""
    with home.kept.open("bob/tool").lock():
        home.keeper(1).keep()

    assert ["bob/tool"] == home.names()


def test_a_mirror_that_was_used_since_the_look_stays(home):
    """Its time is read once more under its lock."""
    [part] = [part for part in home.kept.list_parts(()) if part.name == "bob/tool"]
    home.fetch("bob/tool")

    assert not home.kept.remove(part)
    assert "bob/tool" in home.names()


def test_without_a_cap_all_stays(home):
    """0 is none."""
    home.keeper(0).keep()

    assert 3 == len(home.names())


def test_a_disk_that_is_nearly_full_is_relieved(home, caplog):
    """Whatever the cap. That nothing is left to go is said once, until there is room again."""
    keeper = home.keeper(0, reserve_bytes=2**62)
    caplog.set_level("INFO")
    keeper.look()
    keeper.look()

    assert [] == home.names()
    assert 1 == caplog.text.count("made room on the disk: 3 parts")
    assert 1 == caplog.text.count("is nearly full")
    assert keeper.measure().lack_bytes > 0 > home.keeper(0).measure().lack_bytes


def test_what_a_killed_process_left_in_the_trash_goes(home):
    """A mirror is moved away whole, so that nothing is half there."""
    move_to_trash(home.folder / "mirrors/bob/tool.git", name_trash(home.folder))
    home.keeper(0).keep()

    assert ["ada/.github", "ada/engine"] == home.names()
    assert not list(name_trash(home.folder).iterdir())


def test_a_look_seldom_scans(home):
    """The size of a mirror is asked again once it was used."""
    keeper = home.keeper(0)
    keeper.look()
    keeper.look()
    assert 1 == len(home.metrics.uses)

    (home.folder / "mirrors/bob/tool.git/waste").write_bytes(b"x" * 100_000)
    before = keeper.keep().kept_bytes
    home.fetch("bob/tool")
    assert before + 100_000 <= keeper.keep().kept_bytes


def test_a_mirror_knows_its_installation(home):
    """What is kept of those that are no more goes at once, but of a live run."""
    assert {"ada/.github": 7, "ada/engine": 7, "bob/tool": 7} == home.kept.list_installations()
    home.live = {"bob/tool#7/1"}
    home.keeper(0).forget({"ada/engine", "bob/tool"})

    assert ["ada/.github", "bob/tool"] == home.names()


def test_a_read_fetches_what_went(home):
    """Who remembers that a commit was brought does not take it to be in a mirror made anew."""
    tree = home.fetch("bob/tool")
    home.mirrors.read(tree, ["a.py"])
    home.age("bob/tool", 3)
    home.keeper(1).keep()
    assert [] == home.names()

    assert {"a.py": b"x = 1\n"} == home.mirrors.read(tree, ["a.py"])


def test_what_cannot_be_moved_stays(home, caplog):
    """As on a disk that fails: the log says so, and the rest goes on."""
    name_trash(home.folder).write_text("no folder")
    home.keeper(1).keep()

    assert 3 == len(home.names())
    assert "mirrors of bob/tool stays" in caplog.text


def test_a_mirror_that_went_just_now_takes_no_note(tmp_path):
    """A run that was about to fetch makes it anew, and is not failed by that."""
    mirror = KeptMirrors(tmp_path / "mirrors", tmp_path / "trash").open("ada/engine")
    mirror.note_installation(7)

    assert 0 == mirror.read_installation()
