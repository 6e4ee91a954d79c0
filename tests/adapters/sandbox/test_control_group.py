"""Control groups are found, limited and removed, in both versions; without them a job runs too."""

from __future__ import annotations

from pathlib import Path

from bot.adapters.sandbox.control_group import ControlGroup, find_parents, make_group
from bot.values import SandboxLimits

LIMITS = SandboxLimits(memory_bytes=5_000_000, processes=9)


def make_proc(folder: Path, groups: str, mounts: str) -> Path:
    """What a process reads of itself."""
    folder.mkdir()
    (folder / "cgroup").write_text(groups)
    (folder / "mountinfo").write_text(mounts)
    return folder


def make_files(folder: Path, **files: str) -> Path:
    """A folder of a group with such files; "_" stands for a point."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text)
    return folder


def test_version_2_is_used_where_it_was_delegated(tmp_path: Path):
    """In the group above the bot's own: beside processes there can be no limits."""
    service = make_files(tmp_path / "fs" / "greenlit.service", cgroup_subtree_control="memory pids")
    make_files(service / "bot")
    mounts = f"30 1 0:26 / {tmp_path}/fs rw shared:4 - cgroup2 cgroup2 rw\n"
    proc = make_proc(tmp_path / "proc", "0::/greenlit.service/bot\n", mounts)
    make_files(service / "greenlit-1", memory_max="max", memory_events="low 0\noom_kill 2\n")
    make_files(service / "greenlit-1", pids_max="max", pids_events="max 3\n")
    with make_group("greenlit-1", LIMITS, proc) as group:
        counts = (group.count_memory_kills(), group.count_refused_processes())

        assert (service / "greenlit-1",) == group.list_folders()
    written = [(service / "greenlit-1" / name).read_text() for name in ("memory.max", "pids.max")]

    assert ["5000000", "9"] == written
    assert (2, 3) == counts


def test_version_1_is_found_where_the_bots_own_groups_are(tmp_path: Path):
    """Each controller has a hierarchy; a container shows a part of it."""
    mounts = (
        f"31 1 0:27 / {tmp_path}/memory rw - cgroup cgroup rw,memory\n"
        f"32 1 0:28 /outer {tmp_path}/pids rw - cgroup cgroup rw,pids\n"
        f"33 1 0:29 / {tmp_path}/none rw - tmpfs tmpfs rw\n"
    )
    proc = make_proc(tmp_path / "proc", "4:memory:/a\n3:pids:/outer/b\n0::/\n", mounts)
    make_files(tmp_path / "memory" / "a")
    make_files(tmp_path / "pids" / "b")

    assert {"memory": tmp_path / "memory" / "a", "pids": tmp_path / "pids" / "b"} == find_parents(
        proc
    )


def test_without_groups_there_is_an_empty_one(tmp_path: Path):
    """Then other limits stand in."""
    proc = make_proc(tmp_path / "proc", "0::/\n", "")
    with make_group("greenlit-1", LIMITS, proc) as group:
        assert ControlGroup() == group
        assert (0, 0) == (group.count_memory_kills(), group.count_refused_processes())
