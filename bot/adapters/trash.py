"""Remove folders in two strides: renamed away at once, then deleted.

What a process that died left in the trash goes when the trash is emptied: nothing is ever half
there.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4


def move_to_trash(path: Path, trash: Path) -> Path:
    """Move it into the trash, which is on the same disk; return where it is there."""
    trash.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.rename(trash / uuid4().hex)


def empty_trash(trash: Path) -> None:
    """Delete what is in the trash. What cannot be deleted stays for the next time."""
    for path in trash.glob("*"):
        shutil.rmtree(path, ignore_errors=True)
