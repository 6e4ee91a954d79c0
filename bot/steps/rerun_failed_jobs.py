"""Run the failed jobs of a commit again."""

from __future__ import annotations

import logging

from bot.ports import Ports, Refusal
from bot.run import step
from bot.values import Checks, Tree

log = logging.getLogger(__name__)


@step("rerun_failed_jobs")
def rerun_failed_jobs(ports: Ports, base: Tree, checks: Checks) -> dict[str, int]:
    """Run the failed jobs again; which attempt of each workflow run is over, so that its word is
    not read as new.

    Nothing for those that somebody ran again before, for twice is enough; nor where the App may not
    ask for it.
    """
    attempts = {
        str(check.run): check.run_attempt
        for check in checks.failed
        if check.run and check.run_attempt == 1
    }
    over: dict[str, int] = {}
    for run, attempt in attempts.items():
        try:
            ports.ci.rerun_failed(base.repo, int(run))
        except Refusal as refused:
            log.warning("CI is taken at its first word: %s", refused)
            break
        over[run] = attempt
    return over
