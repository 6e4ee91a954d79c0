"""User ids that no user of the machine has, one for each sandbox at a time."""

from __future__ import annotations

import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from bot.adapters.child_guard import run_guarded
from bot.adapters.sandbox.tier import Launch
from bot.ports import Unreachable

# systemd gives 60001 to 60513 to home folders and 61184 to 65519 to services; Debian and Fedora
# give accounts numbers below 60000.
FIRST_UID, UIDS = 61_000, 64
GIVING_S = 600.0  # a folder of a million files
FOLDER = Path("/run/greenlit-sandbox")  # of the machine, so that two bots never share a uid


@dataclass(frozen=True, slots=True)
class UidPool:
    """User ids to run sandboxes under. Each is taken with a lock that ends with this process.

    Limits on processes are counted for each uid, and a process can signal those of its own.
    """

    folder: Path = FOLDER
    first: int = FIRST_UID
    size: int = UIDS

    @contextmanager
    def take(self, preferred: int = 0) -> Iterator[int]:
        """Hold a uid while the block lasts; the preferred one where it is free and of this pool.

        Raises Unreachable when all of them are in use.
        """
        self.folder.mkdir(mode=0o755, exist_ok=True)
        uids = range(self.first, self.first + self.size)
        for uid in sorted(uids, key=lambda uid: uid != preferred):
            lock = self._lock(uid)
            if lock is not None:
                break
        else:
            raise Unreachable(f"All {self.size} user ids for sandboxes are in use.", "sandbox")
        try:
            yield uid
        finally:
            os.close(lock)

    @contextmanager
    def take_for(self, launch: Launch) -> Iterator[int]:
        """Hold a uid to which the folders belong that a launch may write to, while the block lasts.

        It is the uid that they belong to already, where that is free; 0 where the bot is not root.
        """
        if os.getuid() != 0:
            yield 0
            return
        with self.take(launch.workspace.stat().st_uid) as uid:
            for folder in launch.list_writable():
                give_folder(folder, uid)
            yield uid

    def _lock(self, uid: int) -> int | None:
        if _is_of_a_user(uid):
            return None
        flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(self.folder / str(uid), flags, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock


def _is_of_a_user(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def give_folder(folder: Path, uid: int) -> None:
    """Make a folder and all in it belong to a uid, once: the folder's owner is that of all in it.

    Whoever writes into such a folder afterwards gives what was written to the folder's owner.
    Raises Unreachable when this process may not.
    """
    if folder.stat().st_uid != uid:
        # The program goes as deep as a job can make folders, follows no link, and gives the folder
        # itself last, so that an interrupted walk is begun again.
        command = ["chown", "-R", "-h", "-P", f"{uid}:{uid}", "--", str(folder)]
        try:
            done = run_guarded(command, GIVING_S)
        except TimeoutExpired:
            raise Unreachable("A folder could not be given away in time.", "sandbox") from None
        if done.returncode != 0:
            why = done.stderr.decode(errors="replace").strip()
            raise Unreachable(f"A folder cannot be given away: {why}.", "sandbox")
