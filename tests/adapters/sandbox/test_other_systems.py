"""Where there is no Linux the bot works as it does without a sandbox."""

from __future__ import annotations

import subprocess
import sys

LINUX_ALONE = ("O_PATH", "memfd_create", "pidfd_open", "setns", "unshare", "sched_getaffinity")
IMPORT = f"""
import os
for name in {LINUX_ALONE}:
    if hasattr(os, name):
        delattr(os, name)
import bot.adapters.sandbox.choose_tier, bot.adapters.sandbox.local_sandbox
print(bot.adapters.sandbox.local_sandbox.find_openat2_obstacle())
"""


def test_the_sandbox_is_imported_without_linux() -> None:
    """What only Linux has is asked for where it is used; there is said what is missing."""
    told = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=False
    )

    assert ("Linux is needed.\n", "") == (told.stdout, told.stderr)
