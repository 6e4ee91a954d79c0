"""Indexing in worker processes gives what one process gives, and no worker outlives us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bot.search import decode_segment, decode_symbols
from bot.search.index_workers import Worker, build_segment, build_segments

PATIENCE_S = 60
BUNDLES = [
    [(f"{n}{m}", f"pkg/mod{n}{m}.py", b"class A:\n    def f%d(self): ...\n" % m) for m in range(9)]
    for n in range(5)
]
START = "from bot.search.index_workers import Worker; import time; print(Worker().pid, flush=True); time.sleep(999)"


def _has_ended(pid: int) -> bool:
    """Wait until the process is no more; a zombie is none, and whether it is reaped is up to the
    machine.
    """
    stat = Path("/proc") / str(pid) / "stat"
    until = time.monotonic() + PATIENCE_S
    with suppress(OSError):
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
    return True


@pytest.mark.long
def test_workers_build_what_one_process_builds():
    """Of each bundle in its order, however many there are."""
    for count in range(len(BUNDLES) + 1):
        assert list(build_segments(iter(BUNDLES[:count]))) == [
            build_segment(bundle) for bundle in BUNDLES[:count]
        ]


def test_a_bundle_that_kills_its_worker_is_indexed_as_text(caplog):
    """Its words are there, its definitions are not, and it is said; the next is read by another
    process.
    """
    worker = Worker()
    os.kill(worker.pid, signal.SIGKILL)
    worker.send(BUNDLES[0])
    segment, symbols = worker.receive()
    worker.send(BUNDLES[1])
    after = worker.receive()
    worker.stop()

    assert after == build_segment(BUNDLES[1])
    assert segment.keys == build_segment(BUNDLES[0])[0].keys
    assert len(decode_segment(segment).body.terms)
    assert not any(decode_symbols(key, "a.py", data).symbols for key, data in symbols.items())
    assert "no definitions are known of 9 files" in caplog.text


def test_a_worker_can_be_stopped():
    """Whatever it is doing: a run that is cut off in the middle of a first look."""
    worker = Worker()
    worker.send(BUNDLES[0])
    worker.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)


def test_workers_end_when_their_parent_is_killed():
    """Without a word, as `kill -9` does it."""
    with subprocess.Popen(
        [sys.executable, "-c", START], stdout=subprocess.PIPE, text=True
    ) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()

    assert _has_ended(pid)
