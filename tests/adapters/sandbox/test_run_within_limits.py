"""A job is a process that inherits what it is given and nothing else, and ends at its limits."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.adapters.child_guard import ChildGuard
from bot.adapters.sandbox.control_group import ControlGroup
from bot.adapters.sandbox.job_watch import explain_cpu, explain_disk, explain_wall
from bot.adapters.sandbox.limits import StartCommand, run_within_limits
from bot.adapters.sandbox.tier import Launch
from bot.values import SandboxLimits

LIMITS = SandboxLimits(wall_s=20, output_bytes=4_000)
LOOK_AROUND = """
echo out; echo err >&2; echo more
read -r line || echo "no input"
pwd
read -r pid name state parent group session rest < /proc/self/stat
test $pid = $session && echo leader
"""


@contextmanager
def bot_input(text):
    """Give this process something to read while the block lasts."""
    own = os.dup(0)
    reads, writes = os.pipe()
    os.write(writes, text)
    os.dup2(reads, 0)
    try:
        yield
    finally:
        os.dup2(own, 0)
        for descriptor in (own, reads, writes):
            os.close(descriptor)


@pytest.fixture
def run(tmp_path):
    """Runs a script as a job, in no sandbox."""

    def start(script, limits=LIMITS, **more):
        command = StartCommand(("/bin/sh", "-c", script), **more)
        launch = Launch(("unused",), tmp_path / "work", limits=limits)
        return run_within_limits(command, launch, ChildGuard(), ControlGroup())

    (tmp_path / "work").mkdir()
    return start


def test_a_job_has_what_it_is_given(run):
    """Both streams as one, none of the bot's input or folders, a session of its own."""
    with bot_input(b"typed to the bot\n"):
        done = run(LOOK_AROUND)
    environment = run("exec /usr/bin/env", environment={"A": "b"})

    assert ["out", "err", "more", "no input", "/", "leader"] == done.output.decode().splitlines()
    assert (0, "") == (done.code, done.limit_hit)
    assert 0 < done.took_s < LIMITS.wall_s
    assert {"A=b"} == {
        line for line in environment.output.decode().splitlines() if line[:4] != "PWD="
    }


def test_a_job_inherits_the_descriptors_that_it_is_given(run):
    """And no others: one that is open in the bot is closed in the job."""
    reads, writes = os.pipe()
    private = os.dup(writes)
    os.set_inheritable(private, True)
    listed = run(f"echo given >/proc/self/fd/{writes}; ls /proc/self/fd", descriptors=(writes,))
    os.close(writes)
    os.close(private)
    with os.fdopen(reads, "rb") as pipe:
        given = pipe.read()

    assert b"given\n" == given
    assert str(writes) in listed.output.decode().split()
    assert str(private) not in listed.output.decode().split()


def test_what_a_job_says_is_kept_by_its_head_and_tail(run):
    """Up to the bytes of its limit."""
    done = run("seq 20000")
    lines = done.output.decode().splitlines()

    assert ("1", "20000") == (lines[0], lines[-1])
    assert len(done.output) < LIMITS.output_bytes + 100


@pytest.mark.parametrize(
    ("script", "limits", "code", "limit_hit"),
    [
        ("exit 3", LIMITS, 3, ""),
        ("exit 152", LIMITS, 152, explain_cpu(LIMITS)),
        ("exit 153", LIMITS, 153, explain_disk(LIMITS)),
        ("sleep 20", replace(LIMITS, wall_s=0.3), None, explain_wall(replace(LIMITS, wall_s=0.3))),
    ],
)
def test_it_is_told_how_a_job_ended(run, script, limits, code, limit_hit):
    """By itself, by a signal of the kernel's, or because its time was up; with what it said."""
    done = run(f"echo begun; {script}", limits)

    assert (code, limit_hit, b"begun\n") == (done.code, done.limit_hit, done.output)
    assert 0 < done.took_s < 15


def test_a_job_may_not_fill_the_folders_that_it_writes_to(run, tmp_path):
    """Those of its tier's own are watched too."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    limits = replace(LIMITS, disk_bytes=1024**2)
    done = run(
        f"head -c 30000000 /dev/zero >{scratch}/a; sync; sleep 15", limits, scratch=(scratch,)
    )

    assert (None, explain_disk(limits)) == (done.code, done.limit_hit)
