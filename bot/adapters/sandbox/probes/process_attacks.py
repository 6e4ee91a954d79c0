"""Attacks on processes: to reach those outside, and to gain what this one was not given."""

# An attack is a call of the system, on a path as it is.
# ruff: noqa: PTH123

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct

from .attack import (
    Attack,
    Targets,
    call,
    find_mark,
    is_shared,
    open_file,
    require_shared_processes,
    try_call,
    try_in_child,
)

PTRACE_SEIZE, PAGE_BYTES = 0x4206, 4096
CAPABILITY_VERSION = 0x20080522
LAST_CAPABILITY = 40
GET_CAPBSET, GET_NO_NEW_PRIVS, CAP_AMBIENT, AMBIENT_IS_SET = 23, 39, 47, 1
NEW_USER, NEW_MOUNTS, SIGCHLD = 0x10000000, 0x00020000, 17
CLONE_FLAGS = NEW_USER | SIGCHLD


def signal_process(targets: Targets) -> str:
    """Send a signal to a process outside."""
    os.kill(require_shared_processes(targets), 0)
    return "sent it"


def signal_group(targets: Targets) -> str:
    """Send a signal to a group of processes outside."""
    os.killpg(require_shared_processes(targets), 0)  # which leads one
    return "sent it"


def signal_by_descriptor(targets: Targets) -> str:
    """Send a signal to a process outside by a descriptor of it."""
    fd = call("pidfd_open", require_shared_processes(targets), 0)
    call("pidfd_send_signal", fd, 0, 0, 0)
    return "sent it"


def trace_process(targets: Targets) -> str:
    """Trace a process outside."""
    process = require_shared_processes(targets)
    return try_in_child(lambda: call("ptrace", PTRACE_SEIZE, process, 0, 0))


def read_process_memory(targets: Targets) -> str:
    """Read the memory of a process outside."""
    place = struct.pack("LL", 0, 1)  # at address 0 there is none: EFAULT says it was looked for
    process = require_shared_processes(targets)
    try:
        call("process_vm_readv", process, place, 1, place, 1, 0)
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise
    return "was let through"


def open_process_memory(targets: Targets) -> str:
    """Open the memory of a process outside as a file."""
    return open_file(f"/proc/{require_shared_processes(targets)}/mem")


def take_descriptor(targets: Targets) -> str:
    """Take an open file from a process outside."""
    fd = call("pidfd_open", require_shared_processes(targets), 0)
    call("pidfd_getfd", fd, 0, 0)
    return "took it"


def limit_process(targets: Targets) -> str:
    """Change the limits of a process outside."""
    limits = struct.pack("QQ", 0, 0)  # to none at all; the process has no use for core files
    call("prlimit64", require_shared_processes(targets), resource.RLIMIT_CORE, limits, 0)
    return "changed them"


def slow_process(targets: Targets) -> str:
    """Slow a process outside down."""
    call("setpriority", os.PRIO_PROCESS, require_shared_processes(targets), 19)
    return "slowed it"


def share_memory(targets: Targets) -> str:
    """Share memory with processes outside."""
    if not is_shared("ipc", targets.ipc_namespace):
        raise OSError(errno.ENOENT, "it has memory to share of its own")
    segment = call("shmget", 0, PAGE_BYTES, 0o600)
    call("shmctl", segment, 0, 0)  # removes it
    return "it may"


def stay_in_session(targets: Targets) -> str:
    """Stay in the bot's session, and so at its terminal."""
    if os.getsid(0) == targets.session:
        return "stayed in it"
    raise OSError(errno.EPERM, "it has a session of its own")


def open_terminal(_: Targets) -> str:
    """Open the bot's terminal."""
    for fd in (0, 1, 2):
        if os.isatty(fd):
            return f"{fd} is a terminal"
    return open_file("/dev/tty", os.O_RDWR)


def become_root(_: Targets) -> str:
    """Become root."""
    return try_in_child(lambda: os.setresuid(0, 0, 0))


def become_root_group(_: Targets) -> str:
    """Become a member of root's group."""
    return try_in_child(lambda: os.setresgid(0, 0, 0))


def join_groups(_: Targets) -> str:
    """Join other groups."""
    return try_in_child(lambda: os.setgroups([0, 4, 6]))


def gain_by_program(_: Targets) -> str:
    """Gain rights by a program that has them (no_new_privs is off)."""
    if call("prctl", GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1:
        raise OSError(errno.EPERM, "no_new_privs is on")
    return "it can"


def use_effective(_: Targets) -> str:
    """Use a capability that it has (effective)."""
    return _find_capability(0)


def use_permitted(_: Targets) -> str:
    """Use a capability that it may have (permitted)."""
    return _find_capability(1)


def use_inheritable(_: Targets) -> str:
    """Use a capability that it may pass on (inheritable)."""
    return _find_capability(2)


def use_ambient(_: Targets) -> str:
    """Use a capability that programs keep (ambient)."""
    for number in range(LAST_CAPABILITY + 1):
        if call("prctl", CAP_AMBIENT, AMBIENT_IS_SET, number, 0, 0) == 1:
            return f"has number {number}"
    raise OSError(errno.EPERM, "it has none")


def use_bounding(targets: Targets) -> str:
    """Use a capability that a program could give (bounding)."""
    for number in range(LAST_CAPABILITY + 1):
        if call("prctl", GET_CAPBSET, number, 0, 0, 0) == 1:
            # Only root can take one out of this set. With no_new_privs it can never be used.
            return f"number {number}; {gain_by_program(targets)}"
    raise OSError(errno.EPERM, "it has none")


def make_user_namespace(_: Targets) -> str:
    """Make a user namespace, in which it is root."""
    return try_in_child(lambda: call("unshare", NEW_USER))


def clone_user_namespace(_: Targets) -> str:
    """Start a process in a user namespace of its own."""
    child = call("clone", CLONE_FLAGS, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "started it"


def make_mount_namespace(_: Targets) -> str:
    """Make a mount namespace."""
    return try_in_child(lambda: call("unshare", NEW_MOUNTS))


def enter_namespace(_: Targets) -> str:
    """Enter a network namespace."""
    fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    return try_in_child(lambda: call("setns", fd, 0))


def enter_outer_namespace(targets: Targets) -> str:
    """Enter the namespaces of a process outside."""
    fd = call("pidfd_open", require_shared_processes(targets), 0)
    return try_in_child(lambda: call("setns", fd, NEW_MOUNTS))


def take_priority(_: Targets) -> str:
    """Go before other processes."""
    return try_in_child(lambda: os.setpriority(os.PRIO_PROCESS, 0, -10))


def take_processor(_: Targets) -> str:
    """Take a processor for itself (realtime)."""
    return try_in_child(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))


def escape_memory_killer(_: Targets) -> str:
    """Have other processes ended before it when memory is short."""

    def lower() -> None:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write("-500")

    return try_in_child(lower)


def raise_limit(_: Targets) -> str:
    """Raise a limit that was set for it."""
    highest = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    if highest == resource.RLIM_INFINITY:
        return "it has none"

    def raise_it() -> None:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (highest, highest + 1))
        except ValueError as refused:
            raise OSError(errno.EPERM, str(refused)) from None

    return try_in_child(raise_it)


def read_other_environment(targets: Targets) -> str:
    """Read a secret in the environment of a process outside."""
    return find_mark([f"/proc/{targets.process}/environ"])


def read_other_arguments(targets: Targets) -> str:
    """Read a secret in the arguments of a process outside."""
    return find_mark([f"/proc/{targets.process}/cmdline"])


def _find_capability(kind: int) -> str:
    """Find a capability in one of the sets: 0 effective, 1 permitted, 2 inheritable."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()
    call("capget", header, sets)
    mask = sets[kind] | sets[kind + 3] << 32
    if not mask:
        raise OSError(errno.EPERM, "it has none")
    return f"has the set {mask:x}"


def shut_down(_: Targets) -> str:
    """Shut the machine down."""
    return try_call("reboot", 0, 0, 0, 0)  # the numbers that would do it are not given


PROCESS_ATTACKS: tuple[Attack, ...] = (
    signal_process,
    signal_group,
    signal_by_descriptor,
    trace_process,
    read_process_memory,
    open_process_memory,
    take_descriptor,
    limit_process,
    slow_process,
    share_memory,
    stay_in_session,
    open_terminal,
    become_root,
    become_root_group,
    join_groups,
    gain_by_program,
    use_effective,
    use_permitted,
    use_inheritable,
    use_ambient,
    use_bounding,
    make_user_namespace,
    clone_user_namespace,
    make_mount_namespace,
    enter_namespace,
    enter_outer_namespace,
    take_priority,
    take_processor,
    escape_memory_killer,
    raise_limit,
    read_other_environment,
    read_other_arguments,
    shut_down,
)
