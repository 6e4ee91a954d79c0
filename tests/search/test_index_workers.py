"""Here live the promises about deriving in other processes: the same as in one, and none of them
outlives us.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bot.search import segment_bytes
from bot.search.index_workers import Worker, build_segment, build_segments

PATIENCE_S = 60
BUNDLES = [
    [(f"{n}{m}", f"pkg/mod{n}{m}.py", b"class A:\n    def f%d(self): ...\n" % m) for m in range(9)]
    for n in range(5)
]
START = "from bot.search.index_workers import Worker; import time; print(Worker().pid, flush=True); time.sleep(999)"


def _gone(pid: int) -> bool:
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


def test_processes_make_what_one_makes():
    """Of each bundle in its order, however many there are."""
    for count in range(len(BUNDLES) + 1):
        assert list(build_segments(iter(BUNDLES[:count]))) == [
            build_segment(bundle) for bundle in BUNDLES[:count]
        ]


def test_a_bundle_that_kills_its_process_is_known_as_text(caplog):
    """Its words are there, its definitions are not, and it is said; the next is read by another
    process.
    """
    hand = Worker()
    os.kill(hand.pid, signal.SIGKILL)
    hand.give(BUNDLES[0])
    made, notes = hand.result()
    hand.give(BUNDLES[1])
    after = hand.result()
    hand.end()

    assert after == build_segment(BUNDLES[1])
    assert made.keys == build_segment(BUNDLES[0])[0].keys
    assert len(segment_bytes.decode_segment(made).body.terms)
    assert not any(
        segment_bytes.decode_symbols(key, "a.py", note).symbols for key, note in notes.items()
    )
    assert "no definitions are known of 9 files" in caplog.text


def test_a_process_that_is_no_longer_needed_ends():
    """Whatever it is doing: a run that is cut off in the middle of a first look."""
    hand = Worker()
    hand.give(BUNDLES[0])
    hand.end()

    with pytest.raises(ProcessLookupError):
        os.kill(hand.pid, 0)


def test_processes_end_when_their_starter_is_killed():
    """Without a word, as `kill -9` does it."""
    with subprocess.Popen(
        [sys.executable, "-c", START], stdout=subprocess.PIPE, text=True
    ) as starter:
        pid = int(starter.stdout.readline())
        starter.kill()

    assert _gone(pid)
