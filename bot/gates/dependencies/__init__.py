"""Check how a change treats dependencies (gate "dependencies"): their manifests and locks."""

from bot.gates.dependencies.manner import check_manner
from bot.gates.dependencies.stale_locks import (
    LEFT_LOCKS,
    STALE,
    UNSOLVED,
    check_locks,
    find_stale_locks,
)

__all__ = ["LEFT_LOCKS", "STALE", "UNSOLVED", "check_locks", "check_manner", "find_stale_locks"]
