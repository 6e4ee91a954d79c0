"""The system calls that Landlock itself does not judge, and that reach what lies outside.

Landlock keeps a process from opening files; it does not keep it from changing their modes, from
watching folders, from connecting to sockets that lie in them, or, in older versions, from sending
signals. What remains is that it can ask whether a path is there, and set a file's times.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from bot.adapters.sandbox.seccomp_filter import (
    IOCTL,
    JUMP_IF_EQUAL,
    JUMP_IF_SET,
    REFUSE,
    SOCKET_CALLS,
    Calls,
    Instruction,
    assemble,
    check_argument,
    find_column,
    list_numbers,
    refuse_if,
    return_if,
)

SIGNAL_VERSION, TRUNCATE_VERSION = 6, 3  # of Landlock, since which it judges these itself
HAND_OVER = 0x7FC00000  # SECCOMP_RET_USER_NOTIF
DATAGRAMS = 0b10  # the bit of SOCK_DGRAM and SOCK_RAW, which send without connecting

# Numbers of each call: of x86_64, and of aarch64 where it has it.
OUTSIDE: Calls = {
    "connect": (42, 203),
    "inotify_add_watch": (254, 27),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "msgctl": (71, 187),
    "msgget": (68, 186),
    "msgrcv": (70, 188),
    "msgsnd": (69, 189),
    "semctl": (66, 191),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
}
OWNERS: Calls = {
    "chown": (92, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "lchown": (94, None),
}
ATTRIBUTES: Calls = {
    "fremovexattr": (199, 16),
    "fsetxattr": (190, 7),
    "lremovexattr": (198, 15),
    "lsetxattr": (189, 6),
    "removexattr": (197, 14),
    "removexattrat": (466, 466),
    "setxattr": (188, 5),
    "setxattrat": (463, 463),
}
# These are handed over: see `handed_calls`.
MODES: Calls = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
}
SIGNALS: Calls = {"kill": (62, 129), "tgkill": (234, 131), "tkill": (200, 130)}
RARE_SIGNALS: Calls = {
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
TRUNCATE: Calls = {"truncate": (76, 45)}
# Calls that may change a process, by the place of the argument that is 0 for this one.
PROCESSES = {
    (302, 261): 0,  # prlimit64
    (141, 140): 1,  # setpriority
    (251, 30): 1,  # ioprio_set
    (144, 119): 0,  # sched_setscheduler
    (142, 118): 0,  # sched_setparam
    (314, 274): 0,  # sched_setattr
    (203, 122): 0,  # sched_setaffinity
}
FCNTL, SET_OWNER = (72, 25), (8, 15)  # F_SETOWN and F_SETOWN_EX: to whom SIGIO is sent
SET_OWNER_REQUESTS = (0x8901, 0x8902)  # the same by ioctl


def build_landlock_filter(
    version: int, *, shares_uid: bool, with_signals: bool = True, machine: str = ""
) -> bytes:
    """Build the filter that goes with a version of Landlock; `shares_uid` with the bot's processes
    and files, which then are not protected by their owner. Without `with_signals` none can be sent
    where this version of Landlock does not judge them.
    """
    column = find_column(machine)
    checks = [*_refuse(OUTSIDE, column)]
    for numbers in SOCKET_CALLS:
        checks += check_argument(numbers[column], 1, refuse_if(JUMP_IF_SET, [DATAGRAMS]))
    if shares_uid:
        checks += _protect_owner(version, column)
        if version < SIGNAL_VERSION and not with_signals:
            checks += _refuse(SIGNALS, column)
    return assemble(checks, column)


def build_handover_filter(version: int, *, with_signals: bool, machine: str = "") -> bytes:
    """Build the filter that hands calls over to another process: changes of modes, and signals
    where this version of Landlock does not judge them.
    """
    column = find_column(machine)
    calls = MODES | SIGNALS if with_signals and version < SIGNAL_VERSION else MODES
    return assemble(return_if(JUMP_IF_EQUAL, list_numbers(calls, column), HAND_OVER), column)


def _protect_owner(version: int, column: int) -> Iterator[Instruction]:
    """Refuse what a process may do to files and processes of its own user."""
    yield from _refuse(OWNERS, column)
    yield from _refuse(ATTRIBUTES, column, errno.EOPNOTSUPP)
    for numbers, place in PROCESSES.items():
        yield from _require_zero(numbers[column], place)
    if version < TRUNCATE_VERSION:
        yield from _refuse(TRUNCATE, column)
    if version < SIGNAL_VERSION:
        yield from _refuse(RARE_SIGNALS, column)
        yield from check_argument(FCNTL[column], 1, refuse_if(JUMP_IF_EQUAL, SET_OWNER))
        yield from check_argument(IOCTL[column], 1, refuse_if(JUMP_IF_EQUAL, SET_OWNER_REQUESTS))


def _refuse(calls: Calls, column: int, code: int = errno.EPERM) -> list[Instruction]:
    """Refuse calls, with the number of an error."""
    return return_if(JUMP_IF_EQUAL, list_numbers(calls, column), REFUSE | code)


def _require_zero(number: int, place: int) -> list[Instruction]:
    """Refuse a call unless an argument is zero."""
    return check_argument(number, place, refuse_if(JUMP_IF_SET, [0xFFFFFFFF]))
