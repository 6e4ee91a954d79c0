"""What the filter beside Landlock says to a call, by the version of Landlock and the user."""

from __future__ import annotations

import pytest

from bot.adapters.sandbox.landlock_filter import (
    ATTRIBUTES,
    MODES,
    OUTSIDE,
    OWNERS,
    PROCESSES,
    RARE_SIGNALS,
    SIGNALS,
    TRUNCATE,
    build_handover_filter,
    build_landlock_filter,
)
from bot.adapters.sandbox.mode_changes import MODE_CALLS
from bot.adapters.sandbox.seccomp_filter import MACHINES, list_numbers
from bot.adapters.sandbox.signal_relay import SIGNAL_CALLS
from tests.adapters.sandbox.filter_machine import HEADERS, find_wrong_numbers, run_filter

ALL = OUTSIDE | OWNERS | ATTRIBUTES | MODES | SIGNALS | RARE_SIGNALS | TRUNCATE
IOCTL, FCNTL, SOCKET, SOCKETPAIR, PRLIMIT = 16, 72, 41, 53, 302


def judge(number: int, *arguments: int, version: int = 7, shares_uid: bool = True) -> str:
    """Name what the filter says to a call of x86_64."""
    instructions = build_landlock_filter(version, shares_uid=shares_uid, machine="x86_64")
    return run_filter(instructions, "x86_64", number, *arguments)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("version", "shares_uid", "refused"),
    [
        (7, False, [OUTSIDE]),
        (7, True, [OUTSIDE, OWNERS]),
        (3, True, [OUTSIDE, OWNERS, RARE_SIGNALS]),
        (1, True, [OUTSIDE, OWNERS, RARE_SIGNALS, TRUNCATE]),
    ],
)
def test_calls_are_refused_that_landlock_does_not_judge(
    machine: str, version: int, shares_uid: bool, refused
):
    """On both kinds of machine; more with an older version, and where a user is shared."""
    column = MACHINES.index(machine)
    expected = {number for calls in refused for number in list_numbers(calls, column)}
    instructions = build_landlock_filter(version, shares_uid=shares_uid, machine=machine)
    verdicts = {number: run_filter(instructions, machine, number) for number in range(500)}

    assert expected == {number for number, verdict in verdicts.items() if verdict == "EPERM"}


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("version", "calls"), [(6, MODES), (5, MODES | SIGNALS)])
def test_calls_are_handed_over(machine: str, version: int, calls):
    """Changes of modes, signals where Landlock does not judge them, and nothing else; whoever
    answers knows what the arguments are.
    """
    instructions = build_handover_filter(version, with_signals=True, machine=machine)
    verdicts = {number: run_filter(instructions, machine, number) for number in range(500)}
    handed = {number for number, verdict in verdicts.items() if verdict == "handed over"}

    assert set(list_numbers(calls, MACHINES.index(machine))) == handed
    assert 500 - len(handed) == list(verdicts.values()).count("allowed")
    assert handed <= {*MODE_CALLS, *SIGNAL_CALLS}


def test_signals_are_refused_where_they_cannot_be_handed_over():
    """Before Linux 5.19 one that is asked for would end the wait for its answer."""
    refusing = build_landlock_filter(5, shares_uid=True, with_signals=False, machine="x86_64")
    handing = build_handover_filter(5, with_signals=False, machine="x86_64")

    assert ["EPERM"] * 3 == [run_filter(refusing, "x86_64", number) for number in (62, 200, 234)]
    assert "allowed" == run_filter(handing, "x86_64", 62)


def test_calls_are_judged_by_their_arguments():
    """Sockets that send without connecting, other processes, and to whom a signal is sent."""
    nonblocking = 0o4000

    for number in (SOCKET, SOCKETPAIR):
        kinds = [judge(number, 1, kind | nonblocking) for kind in (1, 5, 2, 3)]
        assert ["allowed", "allowed", "EPERM", "EPERM"] == kinds
    assert ["allowed", "EPERM"] == [judge(PRLIMIT, process) for process in (0, 77)]
    assert "allowed" == judge(PRLIMIT, 77, shares_uid=False)
    assert ["allowed", "EPERM"] == [judge(FCNTL, 1, 8, version=version) for version in (6, 5)]
    assert ["allowed", "EPERM"] == [judge(IOCTL, 1, 0x8901, version=version) for version in (6, 5)]
    assert "allowed" == judge(FCNTL, 1, 1, version=5)


@pytest.mark.parametrize("column", [0, 1])
def test_numbers_are_the_kernels(column: int):
    """As the headers of the C library have them, where they are; newer calls are not in all."""
    if not HEADERS[column].exists():
        pytest.skip("the headers of the kernel are not installed")
    names = ("prlimit64", "setpriority", "ioprio_set", "sched_setscheduler", "sched_setparam")
    more = ("sched_setattr", "sched_setaffinity")

    assert {} == find_wrong_numbers(ALL, column)
    assert {} == find_wrong_numbers(dict(zip((*names, *more), PROCESSES, strict=True)), column)
