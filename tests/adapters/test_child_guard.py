"""What a child of this process started ends with it, or after its time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.adapters.child_guard import ChildGuard, run_guarded

# A child that starts a grandchild, both deaf to SIGTERM, in a process that waits to be killed.
PROGRAM = """
import subprocess, sys, time
from bot.adapters.child_guard import ChildGuard
script = "trap '' TERM; sleep 60 & echo $! $$ > " + sys.argv[1] + "; wait"
child = subprocess.Popen(["sh", "-c", script], start_new_session=True)
with ChildGuard().guard(child, 60):
    print("guarded", flush=True)
    time.sleep(60)
"""


def is_alive(pid: int) -> bool:
    """Tell whether the process is there and no zombie."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith(b"Z")


def wait_until(happens, patience_s: float = 10.0) -> bool:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_children_die_with_their_parent(tmp_path: Path, sign: signal.Signals):
    """However the parent ends, the child and what it started are gone a moment later."""
    pids = tmp_path / "pids"
    command = [sys.executable, "-c", PROGRAM, str(pids)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as parent:
        assert parent.stdout is not None
        assert b"guarded\n" == parent.stdout.readline()
        assert wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
        family = [int(pid) for pid in pids.read_text().split()]
        before = [is_alive(pid) for pid in family]
        parent.send_signal(sign)

    assert [True, True] == before
    assert wait_until(lambda: not any(map(is_alive, family)))


def test_a_child_is_ended_after_its_time(tmp_path: Path):
    """With what it started, even if both are deaf to the first signal; and that is told."""
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 60 & echo $! $$ > {pids}; wait; sleep 60"
    child = subprocess.Popen(["sh", "-c", script], start_new_session=True)
    with ChildGuard().guard(child, 0.3) as late:
        child.wait(30)

    assert late.is_set()
    assert not any(is_alive(int(pid)) for pid in pids.read_text().split())


def test_a_child_that_ends_by_itself_is_not_late():
    """Its status is its own, and a guard may have many children, one after the other."""
    guard = ChildGuard()
    for status in range(3):
        child = subprocess.Popen(["sh", "-c", f"exit {status}"], start_new_session=True)
        with guard.guard(child, 60) as late:
            child.wait()

        assert (status, False) == (child.returncode, late.is_set())


def test_a_watcher_that_was_killed_is_done_without():
    """The time limits still stand."""
    guard = ChildGuard()
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    with guard.guard(child, 60):
        ours = ["pgrep", "-P", str(os.getpid()), "-f", "kill -s KILL"]
        for watcher in subprocess.run(ours, capture_output=True, check=True).stdout.split():
            os.kill(int(watcher), signal.SIGKILL)

    assert -signal.SIGTERM == child.returncode
    with subprocess.Popen(["true"], start_new_session=True) as child, guard.guard(child, 60):
        child.wait()

    assert 0 == child.returncode


def test_a_program_that_is_run_to_its_end_has_a_limit_too(tmp_path: Path):
    """What it printed and its status come back; it has no input, and what hangs is ended."""
    done = run_guarded(["sh", "-c", "cat; pwd; echo no >&2; exit 3"], 60, cwd=tmp_path, env={})
    pids = tmp_path / "pids"
    with pytest.raises(subprocess.TimeoutExpired):
        run_guarded(["sh", "-c", f"sleep 60 & echo $! $$ > {pids}; wait"], 0.3)

    assert (3, f"{tmp_path}\n".encode(), b"no\n") == (done.returncode, done.stdout, done.stderr)
    assert not any(is_alive(int(pid)) for pid in pids.read_text().split())
