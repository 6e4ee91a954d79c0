"""A system call that the kernel hands over: what is asked, and the answer."""

from __future__ import annotations

import fcntl
import struct
from contextlib import suppress

TYPE_CHECKING = False  # importing it from typing would take as long as the rest
if TYPE_CHECKING:
    from collections.abc import Sequence

SEND, IS_VALID = 0xC0182101, 0x40082102
NOTICE = struct.Struct("=QIIiIQ6Q")  # id, process, flags, call, architecture, place, arguments
ANSWER = struct.Struct("=QqiI")  # id, result, error, flags


class Handover:
    """One call of a process of the job, which waits for the answer."""

    def __init__(self, listener: int, notice: bytes) -> None:
        self._listener = listener
        self._ident, self.process, _, self.call, _, _, *arguments = NOTICE.unpack(notice)
        self.arguments: Sequence[int] = arguments

    def confirm(self) -> None:
        """Make sure that the process still waits, and its number has not become another's.

        Raises OSError when not.
        """
        fcntl.ioctl(self._listener, IS_VALID, struct.pack("=Q", self._ident))

    def answer(self, code: int) -> None:
        """Let the process go on, with the number of an error or 0."""
        with suppress(OSError):  # it was ended meanwhile
            fcntl.ioctl(self._listener, SEND, ANSWER.pack(self._ident, 0, -code, 0))

    def read_int(self, place: int) -> int:
        """Read the low half of an argument as the C library's int."""
        low = self.arguments[place] & 0xFFFFFFFF
        return low - (1 << 32) if low >> 31 else low
