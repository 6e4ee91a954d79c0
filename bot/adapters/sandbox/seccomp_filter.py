"""The filter of system calls that every sandboxed process runs under, as bytes for the kernel.

A program of the kernel's packet filter (`man 2 seccomp`), built here so that no library is needed.
Namespaces keep a process from the host; the filter keeps it from parts of the kernel that checks
have no use for, and where most ways out of a sandbox were found.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable, Sequence
from socket import AF_INET, AF_INET6, AF_NETLINK, AF_UNIX

FAMILIES = (AF_UNIX, AF_INET, AF_INET6, AF_NETLINK)  # AF_VSOCK would pass a network namespace

Calls = dict[str, tuple[int, int | None]]

# Numbers of each call: of x86_64, and of aarch64 where it has it.
REFUSED: Calls = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "ioperm": (173, None),
    "iopl": (172, None),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "lookup_dcookie": (212, 18),
    "migrate_pages": (256, 238),
    "modify_ldt": (154, None),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "uselib": (134, None),
    "userfaultfd": (323, 282),
    "vhangup": (153, 58),
}
# As if the kernel were too old for them, so that programs do without.
ABSENT: Calls = {
    "clone3": (435, 435),  # its flags lie in memory, where a filter cannot read them
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
CLONE, IOCTL = (56, 220), (16, 29)
SOCKET_CALLS = ((41, 198), (53, 199))  # socket and socketpair

NAMESPACE_FLAGS = 0x7E020000  # CLONE_NEW: NS CGROUP UTS IPC USER PID NET
TERMINAL_REQUESTS = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX type into a terminal

MACHINES = ("x86_64", "aarch64")  # in the order of the numbers above
AUDIT_ARCHITECTURES = (0xC000003E, 0xC00000B7)
X32_BIT = 0x40000000  # a second set of numbers of x86_64

LOAD, JUMP, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_SET, RETURN = (
    0x20,
    0x05,
    0x15,
    0x35,
    0x45,
    0x06,
)
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in `struct seccomp_data`
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


def explain_no_filter(machine: str = "") -> str:
    """Say why there is no filter for a kind of machine, else this one; empty when there is."""
    machine = machine or os.uname().machine
    if machine in MACHINES:
        return ""
    return f"There is no filter of system calls for {machine}, only for {' and '.join(MACHINES)}."


def build_filter(families: Sequence[int] = FAMILIES, machine: str = "") -> bytes:
    """Build the filter, of this machine or another: what `struct sock_fprog` points to, and what
    `bwrap --seccomp` reads.

    `families` are the kinds of sockets that a process may open. Raises ValueError for a machine
    whose calls are not known.
    """
    column = find_column(machine)
    program = [
        *return_if(JUMP_IF_EQUAL, list_numbers(REFUSED, column), REFUSE | errno.EPERM),
        *return_if(JUMP_IF_EQUAL, list_numbers(ABSENT, column), REFUSE | errno.ENOSYS),
        *check_argument(CLONE[column], 0, refuse_if(JUMP_IF_SET, [NAMESPACE_FLAGS])),
        *check_argument(IOCTL[column], 1, refuse_if(JUMP_IF_EQUAL, TERMINAL_REQUESTS)),
    ]
    for numbers in SOCKET_CALLS:
        program += check_argument(numbers[column], 0, _refuse_unless(families))
    return assemble(program, column)


def find_column(machine: str = "") -> int:
    """Find the column of the tables that has the numbers of a machine, else of this one."""
    if explain_no_filter(machine):
        raise ValueError(explain_no_filter(machine))
    return MACHINES.index(machine or os.uname().machine)


def assemble(checks: Iterable[Instruction], column: int) -> bytes:
    """Put the checks, before which the call's number is loaded, into a whole program: it ends a
    process that speaks for another kind of machine, and allows what no check returns for.
    """
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 1, 0, AUDIT_ARCHITECTURES[column]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_AT_LEAST, 0, 1, X32_BIT),
        (RETURN, 0, 0, KILL),
        *checks,
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def list_numbers(calls: Calls, column: int) -> list[int]:
    """List the numbers that calls have on a machine."""
    numbers = (pair[column] for pair in calls.values())
    return [number for number in numbers if number is not None]


def return_if(test: int, constants: Sequence[int], verdict: int) -> list[Instruction]:
    """Return the verdict where the loaded word passes the test with any of the constants."""
    count = len(constants)
    tests = [(test, count - index, 0, constant) for index, constant in enumerate(constants)]
    return [*tests, (JUMP, 0, 0, 1), (RETURN, 0, 0, verdict)]


def refuse_if(test: int, constants: Sequence[int]) -> list[Instruction]:
    """Refuse where the loaded word passes the test with any of the constants."""
    return return_if(test, constants, REFUSE | errno.EPERM)


def _refuse_unless(constants: Sequence[int]) -> list[Instruction]:
    count = len(constants)
    tests = [
        (JUMP_IF_EQUAL, count - index, 0, constant) for index, constant in enumerate(constants)
    ]
    return [*tests, (RETURN, 0, 0, REFUSE | errno.EPERM)]


def check_argument(number: int, argument: int, check: Iterable[Instruction]) -> list[Instruction]:
    """Apply a check to the low word of an argument of a call; the kernel reads no more of these."""
    check = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), *check, (LOAD, 0, 0, NUMBER)]
    return [(JUMP_IF_EQUAL, 0, len(check), number), *check]
