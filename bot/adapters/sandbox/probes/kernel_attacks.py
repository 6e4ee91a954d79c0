"""Attacks by calls of the kernel that a check has no use for."""

from __future__ import annotations

import ctypes
import os
import struct

from .attack import Attack, Targets, call, try_call, try_in_child

AT_FDCWD = -100
NOWHERE = b"/greenlit-no-such-path"
USER_MODE_ONLY, OPEN_TREE_CLONE = 1, 1
SESSION_KEYRING, PROCESS_KEYRING = -3, -2
READ_LOG = 3
KEXEC_WRONG_FLAG, IN_CREATE = 0x40, 0x100
ATTRIBUTE_BYTES = 128


def queue_calls(_: Targets) -> str:
    """Make a queue of calls that no filter sees (io_uring)."""
    return try_call("io_uring_setup", 1, 0)


def load_bpf(_: Targets) -> str:
    """Make a map for programs in the kernel (bpf)."""
    attributes = ctypes.create_string_buffer(ATTRIBUTE_BYTES)
    return try_call("bpf", 0, attributes, ATTRIBUTE_BYTES)


def open_keyring(_: Targets) -> str:
    """Open the session's keyring."""
    return try_call("keyctl", 0, SESSION_KEYRING, 0)


def add_key(_: Targets) -> str:
    """Keep something in the kernel's keyring."""
    return try_call("add_key", b"user", b"greenlit-probe", b"x", 1, PROCESS_KEYRING)


def ask_for_key(_: Targets) -> str:
    """Ask for a key of another."""
    return try_call("request_key", b"user", b"greenlit-probe-none", 0, 0)


def handle_faults(_: Targets) -> str:
    """Handle page faults itself (userfaultfd)."""
    os.close(call("userfaultfd", USER_MODE_ONLY))
    return "opened it"


def count_events(_: Targets) -> str:
    """Count events of the processor (perf)."""
    software, excludes_kernel = 1, 1 << 5
    attributes = struct.pack("IIQQQQQ", software, 64, 0, 0, 0, 0, excludes_kernel)
    buffer = ctypes.create_string_buffer(attributes, ATTRIBUTE_BYTES)
    os.close(call("perf_event_open", buffer, 0, -1, -1, 0))
    return "opened it"


def load_module(_: Targets) -> str:
    """Load a module into the kernel."""
    return try_call("init_module", 0, 0, b"")


def load_module_file(_: Targets) -> str:
    """Load a module into the kernel from a file."""
    return try_call("finit_module", -1, b"", 0)


def remove_module(_: Targets) -> str:
    """Remove a module from the kernel."""
    return try_call("delete_module", b"greenlit_no_such_module", os.O_NONBLOCK)


def load_kernel(_: Targets) -> str:
    """Load another kernel."""
    return try_call("kexec_load", 0, 0, 0, KEXEC_WRONG_FLAG)


def mount_folder(targets: Targets) -> str:
    """Mount a file system."""
    return try_call("mount", b"none", targets.work.encode(), b"greenlit-no-such-kind", 0, 0)


def unmount_folder(targets: Targets) -> str:
    """Remove a mount."""
    return try_call("umount2", f"{targets.work}/probes".encode(), 0)  # is none


def open_file_system(_: Targets) -> str:
    """Make a file system to mount (fsopen)."""
    return try_call("fsopen", b"tmpfs", 0)


def copy_mount(_: Targets) -> str:
    """Copy a mount (open_tree)."""
    return try_call("open_tree", AT_FDCWD, b"/", OPEN_TREE_CLONE)


def move_mount(_: Targets) -> str:
    """Move a mount."""
    return try_call("move_mount", -1, NOWHERE, -1, NOWHERE, 0)


def swap_root(_: Targets) -> str:
    """Make another folder the root (pivot_root)."""
    return try_call("pivot_root", NOWHERE, NOWHERE)


def open_by_handle(_: Targets) -> str:
    """Open a file by its number, wherever it lies."""
    handle = struct.pack("Ii8s", 8, 1, b"\2")
    folder = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return try_call("open_by_handle_at", folder, handle, os.O_RDONLY)
    finally:
        os.close(folder)


def add_swap(_: Targets) -> str:
    """Add a file to the machine's memory."""
    return try_call("swapon", NOWHERE, 0)


def keep_accounts(_: Targets) -> str:
    """Have the kernel write to a file of its choice (acct)."""
    return try_call("acct", NOWHERE)


def name_machine(_: Targets) -> str:
    """Give the machine another name."""
    return try_call("sethostname", 0, -1)


def read_messages(_: Targets) -> str:
    """Read the messages of the kernel."""
    buffer = ctypes.create_string_buffer(64)
    return f"read {call('syslog', READ_LOG, buffer, 64)} bytes"


def watch_folder(targets: Targets) -> str:
    """Watch the bot's folder (inotify)."""
    watching = call("inotify_init1", os.O_CLOEXEC)
    try:
        call("inotify_add_watch", watching, targets.private.encode(), IN_CREATE)
    finally:
        os.close(watching)
    return "watched it"


def watch_files(_: Targets) -> str:
    """Watch the files of all (fanotify)."""
    return try_call("fanotify_init", 0, 0)


def use_ports(_: Targets) -> str:
    """Use the ports of the machine's devices."""
    return try_in_child(lambda: call("ioperm", 0x80, 1, 1))


KERNEL_ATTACKS: tuple[Attack, ...] = (
    queue_calls,
    load_bpf,
    open_keyring,
    add_key,
    ask_for_key,
    handle_faults,
    count_events,
    load_module,
    load_module_file,
    remove_module,
    load_kernel,
    mount_folder,
    unmount_folder,
    open_file_system,
    copy_mount,
    move_mount,
    swap_root,
    open_by_handle,
    add_swap,
    keep_accounts,
    name_machine,
    read_messages,
    watch_folder,
    watch_files,
    use_ports,
)
