"""What the filter says to a system call: read by a small machine that runs such programs."""

from __future__ import annotations

import pytest

from bot.adapters.sandbox.seccomp_filter import (
    ABSENT,
    MACHINES,
    REFUSED,
    build_filter,
    explain_no_filter,
)
from tests.adapters.sandbox.filter_machine import HEADERS, find_wrong_numbers, run_filter

CLONE, IOCTL, SOCKET, READ = ("x86_64", 56), ("x86_64", 16), ("x86_64", 41), ("x86_64", 0)


def judge(
    machine: str, number: int, *arguments: int, arch: int = 0, families=(1, 2, 10, 16)
) -> str:
    """Name what the filter says to a call."""
    return run_filter(build_filter(families, machine), machine, number, *arguments, arch=arch)


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_are_judged_by_their_numbers(machine: str):
    """Each that is refused or absent, on both kinds of machine; others are let through."""
    column = MACHINES.index(machine)
    refused = {pair[column] for pair in REFUSED.values()} - {None}
    absent = {pair[column] for pair in ABSENT.values()}
    verdicts = {number: judge(machine, number, 1) for number in range(500)}

    assert refused == {number for number, verdict in verdicts.items() if verdict == "EPERM"}
    assert absent == {number for number, verdict in verdicts.items() if verdict == "ENOSYS"}
    assert 500 - len(refused | absent) == list(verdicts.values()).count("allowed")


def test_calls_are_judged_by_their_arguments():
    """New namespaces, typing into a terminal and other kinds of sockets, in the low word alone."""
    vsock, above = 40, 1 << 32

    assert "EPERM" == judge(*CLONE, 0x10000000 | 17)
    assert "allowed" == judge(*CLONE, 0x003D0F00)  # a thread
    assert "EPERM" == judge(*IOCTL, 0, 0x5412)
    assert "EPERM" == judge(*IOCTL, 0, above | 0x5412)
    assert "allowed" == judge(*IOCTL, 0x5412, 0x5401)
    assert ["allowed"] * 4 == [judge(*SOCKET, family) for family in (1, 2, 10, 16)]
    assert ["EPERM"] * 3 == [judge(*SOCKET, family) for family in (vsock, above | vsock, 0)]
    assert ["allowed", "EPERM"] == [judge(*SOCKET, kind, families=(1,)) for kind in (1, 2)]


def test_another_set_of_numbers_is_killed():
    """Programs of 32 bits, and x32, which has numbers of its own for the same calls."""
    assert "killed" == judge(*READ, arch=0x40000003)
    assert "killed" == judge("x86_64", 0x40000000)
    assert "killed" == judge("aarch64", 63, arch=0x40000028)


def test_a_machine_without_a_filter_is_told():
    """No filter, no sandbox."""
    expected = "There is no filter of system calls for riscv64, only for x86_64 and aarch64."

    assert expected == explain_no_filter("riscv64")
    assert "" == explain_no_filter("aarch64")
    with pytest.raises(ValueError, match="riscv64"):
        build_filter(machine="riscv64")


@pytest.mark.parametrize("column", [0, 1])
def test_numbers_are_the_kernels(column: int):
    """As the headers of the C library have them, where they are; newer calls are not in all."""
    if not HEADERS[column].exists():
        pytest.skip("the headers of the kernel are not installed")

    assert {} == find_wrong_numbers(REFUSED | ABSENT, column)
