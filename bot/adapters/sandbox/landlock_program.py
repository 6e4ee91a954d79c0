"""A program of its own: confine a child by Landlock and by filters of system calls, let it become
another program, and end whatever it started when it is over.

`python -I -S -c CODE ROOT STATUS ACT VALUE... -- PROGRAM ARGUMENT...`, as in landlock.py.
It has the acts of `start_program` and those of `Confinement`. What fails before the program starts
is written to the descriptor STATUS.
"""

from __future__ import annotations

import _socket  # not socket, which takes as long to import as all else
import _thread
import ctypes
import os
import signal
import struct
import sys
import warnings  # noqa: F401 - os.execvpe imports it, when its file is out of reach
from contextlib import suppress

from bot.adapters.sandbox.handed_calls import serve_calls
from bot.adapters.sandbox.start_program import ACTS, MS_BIND, MS_REC, call_libc, do_acts

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from bot.adapters.sandbox.start_program import Act

SYS_CREATE_RULESET, SYS_ADD_RULE, SYS_RESTRICT_SELF = 444, 445, 446
PATH_BENEATH = 1

# Accesses of include/uapi/linux/landlock.h, by the bit.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK, TRUNCATE, IOCTL_DEV = 1 << 6, 1 << 11, 1 << 14, 1 << 15
FILE_ACCESS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # what a file can have
READING = EXECUTE | READ_FILE | READ_DIR
DEVICE = READ_FILE | WRITE_FILE
FILE_BITS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many there are in each version; then 16
LAST_FILE_BITS = 16
NETWORK_VERSION, NETWORK = 4, 0b11  # binding and connecting a TCP port
SCOPE_VERSION, SCOPES = 6, 0b11  # abstract unix sockets, and signals

SET_DEATH_SIGNAL, CAPBSET_DROP, SET_SUBREAPER, SET_NO_NEW_PRIVS = 1, 24, 36, 38
SYS_SECCOMP, FILTER_MODE = {"x86_64": 317, "aarch64": 277}, 1
NEW_LISTENER, WAIT_KILLABLE, KILLABLE_SINCE = 8, 32, [5, 19]
LAST_CAPABILITY = 63
NOT_STARTED = 126


class Confinement:
    """What a process will be allowed, collected act by act, and then put into force."""

    def __init__(self, channel: _socket.socket) -> None:
        self._channel = channel
        self.environment: dict[str, str] = {}
        self._rules: list[tuple[str, int]] = []
        self._held: dict[str, int] = {}

    def list_acts(self) -> Mapping[str, Act]:
        """List the acts by name, each with how many values it takes."""
        return ACTS | {
            "set": (self.set_variable, 2),
            "hold": (self.hold, 1),
            "cover": (self.cover, 1),
            "show": (self.show, 1),
            "drop-capabilities": (self.drop_capabilities, 0),
            "let-read": (self.let_read, 1),
            "let-list": (self.let_list, 1),
            "let-write": (self.let_write, 1),
            "let-use": (self.let_use, 1),
            "confine": (self.confine, 1),
            "filter-calls": (self.filter_calls, 1),
            "hand-calls-over": (self.hand_calls_over, 1),
            "enter": (os.chdir, 1),
        }

    def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the program's environment, which is no other."""
        self.environment[name] = value

    def hold(self, path: str) -> None:
        """Keep hold of a folder whose path will be covered."""
        self._held[path] = os.open(path, os.O_PATH | os.O_CLOEXEC)

    def cover(self, folder: str) -> None:
        """Lay a folder that all may walk over one that is closed; mounts are private by now."""
        call_libc("mount", b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"mode=755")

    def show(self, path: str) -> None:
        """Let a folder that is held appear at its path again."""
        os.makedirs(path, exist_ok=True)  # noqa: PTH103 - pathlib takes as long to import as all else
        source = f"/proc/self/fd/{self._held[path]}".encode()
        call_libc("mount", source, os.fsencode(path), None, MS_BIND | MS_REC, None)

    def drop_capabilities(self) -> None:
        """Take all capabilities out of those that a program could give, where this one may."""
        for number in range(LAST_CAPABILITY + 1):
            with suppress(OSError):
                call_libc("prctl", CAPBSET_DROP, number, 0, 0, 0)

    def let_read(self, path: str) -> None:
        """Allow to read and execute what lies here."""
        self._rules.append((path, READING))

    def let_list(self, path: str) -> None:
        """Allow to list a folder, and no more."""
        self._rules.append((path, READ_DIR))

    def let_use(self, path: str) -> None:
        """Allow to read and write a device."""
        self._rules.append((path, DEVICE))

    def let_write(self, path: str) -> None:
        """Allow everything below a folder, but for devices."""
        self._rules.append((path, ~(MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV)))

    def confine(self, version: str) -> None:
        """Restrict this process and its children to what was allowed, for good."""
        ruleset = _create_ruleset(int(version))
        for path, access in self._rules:
            _add_rule(ruleset, path, access & _list_file_access(int(version)))
        call_libc("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        call_libc("syscall", SYS_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)

    def filter_calls(self, descriptor: str) -> None:
        """Put a filter of system calls into force."""
        self._set_filter(int(descriptor), 0)

    def hand_calls_over(self, descriptor: str) -> None:
        """Put a filter into force that hands calls over to the watcher."""
        # A signal that was asked for must not end the wait for its answer, or it is asked for anew.
        flags = NEW_LISTENER | WAIT_KILLABLE if can_wait_killable() else NEW_LISTENER
        listener = self._set_filter(int(descriptor), flags)
        rights = struct.pack("@i", listener)
        self._channel.sendmsg([b"\0"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
        os.close(listener)

    def _set_filter(self, descriptor: int, flags: int) -> int:
        program = os.pread(descriptor, 65_536, 0)
        code = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
        number = SYS_SECCOMP[os.uname().machine]
        return call_libc("syscall", number, FILTER_MODE, flags, ctypes.c_char_p(header))


def read_version() -> int:
    """Read which version of Landlock the kernel has; 0 for none."""
    with suppress(OSError):
        return call_libc("syscall", SYS_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return 0


def can_wait_killable() -> bool:
    """Tell whether this kernel can let a call that is handed over wait through signals."""
    return [int(part) for part in os.uname().release.split(".")[:2]] >= KILLABLE_SINCE


def main(arguments: list[str]) -> NoReturn:
    """Start the watcher and wait for it; a request to end is passed on."""
    status = int(arguments.pop(0))
    ours, theirs = _socket.socketpair()
    confinement = Confinement(theirs)
    for name in ("filter-calls", "hand-calls-over"):
        for descriptor in _list_values(arguments, confinement.list_acts(), name):
            os.set_inheritable(int(descriptor), False)  # noqa: FBT003 - has no name
    os.set_inheritable(status, False)  # noqa: FBT003
    watcher = os.fork()
    if watcher == 0:
        _watch_over(arguments, status, confinement, ours)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(watcher, signal.SIGTERM))
    sys.exit(_wait_for(watcher))


def _watch_over(
    arguments: list[str], status: int, confinement: Confinement, channel: _socket.socket
) -> NoReturn:
    """Start the program in a child, and end all that it started when it has ended.

    Whoever loses its parent becomes a child of this process, wherever it hides. It stays outside
    of the sandbox, in a session of its own, and ends by itself when its parent is killed.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parent = os.getppid()
    os.setsid()
    call_libc("prctl", SET_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
    call_libc("prctl", SET_SUBREAPER, 1, 0, 0, 0)
    code = 128 + signal.SIGTERM
    folders = _list_values(arguments, confinement.list_acts(), "let-write")
    try:
        if os.getppid() == parent:
            child = os.fork()
            if child == 0:
                _become_program(arguments, status, confinement)
            _thread.start_new_thread(_serve, (channel, folders))
            code = _wait_for(child)
    except SystemExit:  # asked to end
        pass
    _end_children()
    os._exit(code)


def _serve(channel: _socket.socket, folders: list[str]) -> None:
    """Do what the child hands over, once it has sent the listener for it; it need not send any."""
    _, rights, *_ = channel.recvmsg(1, _socket.CMSG_SPACE(4))
    for _, _, descriptor in rights:
        (listener,) = struct.unpack("@i", descriptor)
        serve_calls(listener, folders)


def _become_program(arguments: list[str], status: int, confinement: Confinement) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        os.setsid()
        do_acts(arguments, confinement.list_acts())
        os.execvpe(arguments[0], arguments, confinement.environment)  # noqa: S606 - no shell is wanted
    except (OSError, SystemExit, ValueError) as failure:  # the last for a variable with "=" in it
        os.write(status, str(failure).encode())
    os._exit(NOT_STARTED)


def _wait_for(child: int) -> int:
    """Wait for a child, and return its exit code as a shell tells it."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _end_children() -> None:
    """End all children, and theirs, which become children of this process when they are orphans."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with suppress(ChildProcessError):  # none is left
        while True:
            _kill(_list_children())
            os.wait()


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _list_children() -> list[int]:
    with open("/proc/thread-self/children", encoding="ascii") as file:  # noqa: PTH123
        return [int(pid) for pid in file.read().split()]


def _list_values(arguments: list[str], acts: Mapping[str, Act], wanted: str) -> list[str]:
    """List the values that an act is given. A value may look like an act: a repository chooses
    names and values of variables.
    """
    values, place = [], 0
    while (name := arguments[place]) != "--":
        after = place + 1 + acts[name][1]
        if name == wanted:
            values += arguments[place + 1 : after]
        place = after
    return values


def _list_file_access(version: int) -> int:
    return (1 << FILE_BITS.get(version, LAST_FILE_BITS)) - 1


def _create_ruleset(version: int) -> int:
    """Make a set of rules that refuses all that this version of Landlock knows of."""
    words = [_list_file_access(version)]
    if version >= NETWORK_VERSION:
        words.append(NETWORK)
    if version >= SCOPE_VERSION:
        words.append(SCOPES)
    attributes = struct.pack(f"={len(words)}Q", *words)
    return call_libc("syscall", SYS_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)


def _add_rule(ruleset: int, path: str, access: int) -> None:
    """Allow an access below a path. What is not there need not be allowed."""
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):  # noqa: PTH112
                access &= FILE_ACCESS
            rule = struct.pack("=Qi", access, descriptor)
            call_libc("syscall", SYS_ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
        finally:
            os.close(descriptor)
