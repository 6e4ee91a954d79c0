"""Run the failed jobs of a commit again."""

from __future__ import annotations

import logging

from bot.ports import BadAnswer, Ports, Refusal
from bot.run import step
from bot.values import Checks, Tree

log = logging.getLogger(__name__)


@step("rerun_failed_jobs")
def rerun_failed_jobs(ports: Ports, base: Tree, checks: Checks) -> dict[str, int]:
    """Run the failed jobs again, once each, unless the App may not ask for it.

    Returns the attempt that is over of each CI run that began again, so that what it said is not
    read as new.
    """
    runs = {check.run for check in checks.failed if check.run and check.run_attempt == 1}
    attempts: dict[str, int] = {}
    for run in sorted(runs):
        try:
            ports.ci.rerun_failed(base.repo, run)
        except (Refusal, BadAnswer) as gone:
            log.warning("CI is not run again: %s", gone)
            break
        attempts[str(run)] = 1
    return attempts
