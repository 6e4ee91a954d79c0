"""Fetch the log of a CI job: from GitHub once, with its secrets masked, then from the cache."""

from __future__ import annotations

from bot.ports import Ports
from bot.text import mask_secrets
from bot.values import Repo

LIMIT_BYTES = 20_000_000


def fetch_job_log(ports: Ports, repo: Repo, job: int) -> bytes:
    """Fetch a log without its secrets, its head and tail when it is longer than the limit.

    Returns b"" when GitHub has none.
    """
    cached = ports.log_cache.fetch(repo, job)
    if cached is not None:
        return cached
    log = mask_log(ports, ports.ci.fetch_job_log(repo, job, LIMIT_BYTES))
    if log:
        ports.log_cache.store(repo, job, log)
    return log


def mask_log(ports: Ports, raw: bytes) -> bytes:
    """Mask secrets in a log: our own by their values, others by their shapes."""
    text = ports.own_secrets.mask(raw.decode(errors="surrogateescape"))
    return mask_secrets(text).encode(errors="surrogateescape")
