"""Logs are kept once they were fetched: masked, bounded, forgotten in time."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.adapters.log_cache import DiskLogCache
from bot.ports import ContinuousIntegration, NullLogCache, Ports
from bot.tools.job_log import fetch_job_log
from bot.values import InstallationId, Repo

SHOP = Repo("acme/shop", InstallationId(1))
TOKEN = "ghp_" + "a" * 36


@pytest.fixture
def shelf(tmp_path: Path) -> DiskLogCache:
    """An empty shelf."""
    return DiskLogCache(tmp_path / "logs")


class Hub:
    """A GitHub that has one log, and counts who asks."""

    def __init__(self, log: bytes) -> None:
        self.log = log
        self.asked = 0

    def fetch_job_log(self, repo: Repo, job: int, limit_bytes: int) -> bytes:
        self.asked += 1
        return self.log


def ports(hub: Hub, shelf: DiskLogCache | NullLogCache) -> Ports:
    unused: Any = None
    return Ports(unused, unused, unused, ci=cast("ContinuousIntegration", hub), log_cache=shelf)


def test_a_log_is_fetched_once_and_kept_without_its_secrets(shelf: DiskLogCache):
    """The second look asks nobody, and no file holds the token."""
    hub = Hub(f"token {TOKEN}\nerror\xff\n".encode("latin-1"))
    first, second = (
        fetch_job_log(ports(hub, shelf), SHOP, 7),
        fetch_job_log(ports(hub, shelf), SHOP, 7),
    )

    assert b"token ***\nerror\xff\n" == first == second
    assert 1 == hub.asked


def test_without_a_shelf_every_look_asks(shelf: DiskLogCache):
    """And what GitHub has no more is not kept as an empty log."""
    hub, gone = Hub(b"red\n"), Hub(b"")

    assert [b"red\n"] * 2 == [fetch_job_log(ports(hub, NullLogCache()), SHOP, 7) for _ in range(2)]
    assert [b"", b""] == [fetch_job_log(ports(gone, shelf), SHOP, 7) for _ in range(2)]
    assert (2, 2) == (hub.asked, gone.asked)


def test_each_job_has_its_own_file(shelf: DiskLogCache):
    """Of each repository; a broken file is as good as none."""
    shelf.store(SHOP, 1, b"one")
    shelf.store(Repo("acme/other", InstallationId(2)), 1, b"other")
    shelf.store(SHOP, 2, b"two")
    (shelf.root / "acme+shop" / "2.log.gz").write_bytes(b"\x1f\x8bbroken")

    assert (b"one", None, b"other", None) == (
        shelf.fetch(SHOP, 1),
        shelf.fetch(SHOP, 2),
        shelf.fetch(Repo("acme/other", InstallationId(2)), 1),
        shelf.fetch(SHOP, 3),
    )


def test_the_oldest_make_room(shelf: DiskLogCache):
    """The newest log is kept even when it alone is larger than the limit."""
    small = replace(shelf, limit_bytes=10)
    small.store(SHOP, 1, b"one")
    _age(small, 1, days=1)
    small.store(SHOP, 2, b"two")

    assert (None, b"two") == (small.fetch(SHOP, 1), small.fetch(SHOP, 2))


def test_what_is_old_is_forgotten(shelf: DiskLogCache):
    """As the runs are, whose logs they were."""
    shelf.store(SHOP, 1, b"one")
    shelf.store(SHOP, 2, b"two")
    _age(shelf, 1, days=40)
    shelf.forget(30 * 86_400)

    assert (None, b"two") == (shelf.fetch(SHOP, 1), shelf.fetch(SHOP, 2))


def test_a_full_disk_hinders_nobody(tmp_path: Path):
    """Where nothing can be written, the log is used and not kept."""
    (tmp_path / "logs").write_text("in the way")
    hub = Hub(b"red\n")

    assert b"red\n" == fetch_job_log(ports(hub, DiskLogCache(tmp_path / "logs")), SHOP, 7)


def _age(shelf: DiskLogCache, job: int, *, days: int) -> None:
    then = datetime.now(UTC).timestamp() - days * 86_400
    os.utime(shelf.root / "acme+shop" / f"{job}.log.gz", (then, then))
