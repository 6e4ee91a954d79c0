"""Here lives the fetching of a job's log: once from GitHub, masked, then from the shelf."""

from __future__ import annotations

from bot.text import masked
from bot.values import Repo
from bot.ports import World

LIMIT_BYTES = 20_000_000


def job_log(world: World, repo: Repo, job: int) -> bytes:
    """The log without its secrets, head and tail when it is very long; b"" when GitHub has none."""
    kept = world.shelf.get(repo, job)
    if kept is not None:
        return kept
    raw = world.github.job_log(repo, job, LIMIT_BYTES)
    log = masked(raw.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    if log:
        world.shelf.put(repo, job, log)
    return log
