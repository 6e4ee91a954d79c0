"""Tell the logins of Apps from those of people."""

from __future__ import annotations

BOT_SUFFIX = "[bot]"  # what GitHub writes behind the name of an App; no person's login has it


def is_bot_login(login: str) -> bool:
    """Tell whether a login is that of an App."""
    return login.endswith(BOT_SUFFIX)
