"""Here lives the fetching of a job's log: once from GitHub, masked, then from the shelf."""

from __future__ import annotations

from bot.ports import Ports
from bot.text import mask_secrets
from bot.values import Repo

LIMIT_BYTES = 20_000_000


def fetch_job_log(ports: Ports, repo: Repo, job: int) -> bytes:
    """The log without its secrets, head and tail when it is very long; b"" when GitHub has none."""
    kept = ports.log_cache.get(repo, job)
    if kept is not None:
        return kept
    raw = ports.ci.fetch_job_log(repo, job, LIMIT_BYTES)
    log = mask_secrets(raw.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    if log:
        ports.log_cache.put(repo, job, log)
    return log
