"""What today's runs have spent, where the operator has set caps on a day."""

from __future__ import annotations

from collections.abc import Iterator

from bot.adapters.dbos.day_spending import describe_limit
from bot.assembly import build_spending
from bot.cli.doctor.diagnosis import Diagnosis, make_healthy
from bot.settings import SettingsReport


def check_spending(report: SettingsReport) -> Iterator[Diagnosis]:
    """Check how near the caps of a day are: that of all, and those of repositories near theirs."""
    for limit in build_spending(report.server).list_limits():
        if limit.is_near:
            fix = "When it is used up, no turn of the model begins before 00:00 UTC."
            yield Diagnosis("Spending", describe_limit(limit), fix, "odd")
        elif not limit.repo:
            yield make_healthy("Spending", describe_limit(limit))
