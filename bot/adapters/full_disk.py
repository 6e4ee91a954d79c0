"""How a full disk of this machine is told from other trouble."""

from __future__ import annotations

import re

FULL_DISK = "the full disk of the bot's machine"  # told as a service that does not answer
# As the system says it, and git, which passes it on.
_WORDS = re.compile(r"No space left|Disk quota", re.IGNORECASE)


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error says that there is no room."""
    return bool(_WORDS.search(str(error)))
