"""A small machine that runs a filter of system calls, as the kernel would."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

from bot.adapters.sandbox.seccomp_filter import AUDIT_ARCHITECTURES, MACHINES, Calls

VERDICTS = {0x7FFF0000: "allowed", 0x80000000: "killed", 0x7FC00000: "handed over"}
HEADERS = (
    Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    Path("/usr/include/asm-generic/unistd.h"),
)


def run_filter(
    instructions: bytes, machine: str, number: int, *arguments: int, arch: int = 0
) -> str:
    """Run a filter on a call, and name its verdict."""
    arch = arch or AUDIT_ARCHITECTURES[MACHINES.index(machine)]
    call = struct.pack("=IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    program = list(struct.iter_unpack("=HBBI", instructions))
    word, position = 0, 0
    while True:
        code, if_true, if_false, constant = program[position]
        position += 1
        if code == 0x06:
            return name_verdict(constant)
        if code == 0x20:
            word = struct.unpack_from("=I", call, constant)[0]
        elif code == 0x05:
            position += constant
        else:
            passed = {0x15: word == constant, 0x35: word >= constant, 0x45: word & constant}[code]
            position += if_true if passed else if_false


def name_verdict(verdict: int) -> str:
    """Name what a filter returned."""
    if verdict in VERDICTS:
        return VERDICTS[verdict]
    assert 0x00050000 == verdict & 0xFFFF0000
    return errno.errorcode[verdict & 0xFFFF]


def find_wrong_numbers(calls: Calls, column: int) -> dict[str, int | None]:
    """Find the calls that have other numbers in the headers of the C library, where those are."""
    lines = re.finditer(r"^#define __NR_(\w+)\s+(\d+)$", HEADERS[column].read_text(), re.MULTILINE)
    numbers = {line[1]: int(line[2]) for line in lines}
    ours = {name: pair[column] for name, pair in calls.items()}
    return {name: number for name, number in ours.items() if numbers.get(name, number) != number}
