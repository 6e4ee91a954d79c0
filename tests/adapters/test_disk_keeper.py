"""What the home keeps is told by kind, in parts that go on their own, and none that a run uses."""

import hashlib
import os
import time

import pytest

from bot.adapters.fingerprint_database import FingerprintDatabase
from bot.adapters.log_cache import DiskLogCache
from bot.adapters.sandbox.environment_store import EnvironmentStore
from bot.adapters.sandbox.folder_lock import hold_lock
from bot.adapters.sandbox.job_workspace import open_workspace
from bot.adapters.sandbox.kept_sandbox import KeptEnvironments, KeptWorkspaces
from bot.adapters.sqlite_cache import SqliteCache
from bot.cli.kept_stores import open_disk_keeper
from bot.ports import SegmentBlob
from bot.settings import ServerSettings
from bot.values import InstallationId, Repo
from bot.values.copies import KnownRepository

ENGINE, TOOL = Repo("ada/engine", InstallationId(1)), Repo("bob/tool", InstallationId(2))
LIVE = ("ada/engine#7/1", "command/a-delivery")


def name_used(store, live=LIVE):
    """The parts of a store by name, and whether a live run uses them."""
    return {part.name: part.in_use for part in store.list_parts(live)}


def remove_all(store):
    return [store.remove(part) for part in store.list_parts(())]


def test_logs_go_by_repository(tmp_path):
    """All that were put of one, with the time of the newest."""
    logs = DiskLogCache(tmp_path / "logs")
    for repo, job in ((ENGINE, 1), (ENGINE, 2), (TOOL, 3)):
        logs.store(repo, job, b"text")
    parts = logs.list_parts(LIVE)

    assert {"ada+engine": True, "bob+tool": False} == name_used(logs)
    assert {"ada/engine", "bob/tool"} == {part.repo for part in parts}
    assert all(logs.measure(part) > 0 for part in parts)
    assert [True, True] == remove_all(logs)
    assert None is logs.fetch(ENGINE, 2)


def test_what_is_known_of_code_goes_by_file(tmp_path):
    """A repository has one for its index, and one for each model of its meaning."""
    cache = SqliteCache(tmp_path / "known", "1")
    for namespace in ("ada/engine", "ada/engine by a/model-2", "ada/engine-2"):
        cache.store(namespace, SegmentBlob(("a",), {"body": b"x"}), {})
    parts = cache.list_parts(LIVE)

    assert ["ada/engine", "ada/engine", "ada/engine-2"] == sorted(part.repo for part in parts)
    assert [False, True, True] == sorted(part.in_use for part in parts)
    assert all(cache.measure(part) > 0 for part in parts)
    assert [True] * 3 == remove_all(cache)
    assert () == cache.load_segments("ada/engine", ["a"])


def test_a_look_into_what_is_known_is_a_use(tmp_path):
    """Whether or not anything is there."""
    cache = SqliteCache(tmp_path / "known", "1")
    cache.store("ada/engine", SegmentBlob(("a",), {"body": b"x"}), {})
    [file] = (tmp_path / "known").glob("*.sqlite")
    os.utime(file, (1, 1))
    cache.load_segments("ada/engine", ["b"])

    [part] = cache.list_parts(())
    assert part.used_at > time.time() - 60


def test_fingerprints_stay_but_of_who_is_gone(tmp_path):
    """They have a limit of their own; an installation that is no more is forgotten."""
    database = FingerprintDatabase(tmp_path / "known" / "fingerprints.sqlite")
    database.forget_others({1})
    assert [0] == [database.measure(part) for part in database.list_parts(())]
    database.add({"one": [1, 2], "two": [3]})
    for repo, content in ((ENGINE, "one"), (TOOL, "two")):
        database.put_files(KnownRepository(repo, "a" * 40, "MIT"), {"a.py": content})
    assert [False] == remove_all(database)
    database.forget_others({1})

    assert {"ada/engine"} == {
        file.repository.repo.name for file in database.list_files(["one", "two"])
    }
    assert {"two"} == database.list_unknown(["one", "two"])
    assert database.measure(database.list_parts(())[0]) > 0


def test_environments_go_but_those_that_a_job_uses(tmp_path):
    """Each says whose it is, and how large it was."""
    store = EnvironmentStore(tmp_path / "environments", 10**9)

    def make(files):
        (files / "big").write_bytes(b"x" * 50_000)
        return ()

    with store.hold("1" * 40, make, "ada/engine"):
        pass
    kept = KeptEnvironments(tmp_path / "environments")
    [part] = kept.list_parts(LIVE)
    assert ("ada/engine", True) == (part.repo, part.in_use)
    assert kept.measure(part) >= 50_000
    with store.hold("1" * 40, make):
        assert [False] == remove_all(kept)

    assert [True] == remove_all(kept)
    assert [] == kept.list_parts(())
    assert 0 == kept.measure(part)


def name_workspace(key):
    return hashlib.sha256(key.encode()).hexdigest()[:32]


@pytest.fixture
def workspaces(tmp_path):
    """The workspaces of a run that lives and of one that is gone."""
    kept = KeptWorkspaces(tmp_path / "workspaces")
    for name in (name_workspace(LIVE[0]), "a" * 32):
        path = tmp_path / "workspaces" / name
        path.mkdir(parents=True)
        with hold_lock(path.with_suffix(".lock")), open_workspace(path) as workspace:
            (workspace.files / "built").write_bytes(b"x" * 50_000)
    return kept


def test_workspaces_go_but_those_of_live_runs(workspaces):
    """A folder is named by its run; a job at work in it has it locked."""
    assert {name_workspace(LIVE[0]): True, "a" * 32: False} == name_used(workspaces)
    parts = workspaces.list_parts(())
    assert all(workspaces.measure(part) >= 50_000 for part in parts)
    with hold_lock(workspaces.folder / f"{'a' * 32}.lock"):
        assert [False, True] == sorted(remove_all(workspaces))

    assert ["a" * 32] == [part.name for part in workspaces.list_parts(())]


def test_a_home_is_kept_to_its_size(tmp_path):
    """The settings say how large; it tells all kinds, and the fingerprints have a tenth."""
    settings = ServerSettings(home=tmp_path / "home", disk_gb=0.001)
    (tmp_path / "home").mkdir()
    DiskLogCache(tmp_path / "home" / "logs").store(ENGINE, 1, os.urandom(1_200_000))
    keeper = open_disk_keeper(settings)
    keeper.grace_s = -60.0
    assert keeper.measure().kept_bytes > 1_000_000

    kinds = {"mirrors", "known", "fingerprints", "logs", "environments", "workspaces"}
    assert dict.fromkeys(kinds, 0) == keeper.keep().kinds
    assert 100_000 == keeper.stores["fingerprints"].limit_bytes
