"""Keep the bot's folder to its own user: private code, logs and the record are in it."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

FOLDER_MODE, FILE_MODE = 0o700, 0o600
OTHERS = 0o077  # the bits of group and others in a mode
RECORD, LOCK, SETTINGS = "engine.sqlite", "engine.lock", ".env"
MARK = "home.mark"


def make_private_home(home: Path) -> None:
    """Make the folder and the file of its record, or close them to others, before the first write.

    A folder that holds other people's files is left as it is: `greenlit doctor` says so.
    """
    home.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if _is_own(home) and is_open_to_others(home):
        home.chmod(FOLDER_MODE)
    record = home / RECORD
    os.close(os.open(record, os.O_RDWR | os.O_CREAT, FILE_MODE))
    # SQLite gives the files beside it the same mode.
    for file in (record, home / f"{RECORD}-wal", home / f"{RECORD}-shm"):
        if file.exists() and is_open_to_others(file):
            file.chmod(FILE_MODE)


def read_home_mark(home: Path) -> str:
    """Read what tells a home from all others, on whichever machine its disk is now."""
    mark = home / MARK
    if not mark.exists() or not mark.read_text():
        mark.write_text(uuid4().hex[:8])
    return mark.read_text()


def is_open_to_others(path: Path) -> bool:
    """Tell whether another user of this machine may read or write there."""
    return bool(path.stat().st_mode & OTHERS)


def _is_own(home: Path) -> bool:
    """Tell whether the folder is ours to close: our user's, and new or in use by the bot."""
    names = {path.name for path in home.iterdir()}
    is_ours = not names - {SETTINGS} or bool(names & {RECORD, LOCK})
    return is_ours and home.stat().st_uid == os.getuid()
