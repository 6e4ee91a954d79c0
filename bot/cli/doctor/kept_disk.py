"""How much the home keeps, and how much it may."""

from __future__ import annotations

from collections.abc import Iterator

from bot.adapters.disk_keeper import GIGABYTE
from bot.cli.doctor.diagnosis import Diagnosis, make_healthy
from bot.cli.kept_stores import open_disk_keeper
from bot.settings import SettingsReport
from bot.values import DiskUse


def check_disk(report: SettingsReport) -> Iterator[Diagnosis]:
    """Tell how much is kept of repositories; nothing where there is no home yet."""
    if report.server.home.is_dir():
        yield judge_disk(open_disk_keeper(report.server).measure())


def judge_disk(use: DiskUse) -> Diagnosis:
    """Say how much is kept; a disk that is nearly full is marked."""
    cap = f" of {use.cap_bytes / GIGABYTE:g} GB" if use.cap_bytes else ", without a cap,"
    free = f"{use.free_bytes / GIGABYTE:.1f} GB are free"
    text = f"{use.kept_bytes / GIGABYTE:.1f} GB{cap} are kept of repositories; {free}"
    if use.lack_bytes <= 0:
        return make_healthy("Disk", text)
    fix = "What is kept goes as soon as no run uses it. Make room, or give it a larger disk."
    return Diagnosis("Disk", f"{text}, which is nearly none.", fix, "odd")
