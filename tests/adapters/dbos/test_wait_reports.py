"""What a run does while it waits: it tells people, and else sleeps."""

import asyncio

from bot.adapters.dbos.wait_reports import WaitPolicy, WaitReports
from bot.values import InstallationId, Repo, Request, RunKey, RunReport, RunState, Waiting

STATE = RunState(RunKey("o/r#1/1"), Request(Repo("o/r", InstallationId(1)), 1, "ada", "", "d"))


def test_a_wait_that_stays_as_it_was_told_is_seldom_looked_at():
    """Thousands wait for CI, and each would wake the processor five times a second."""
    told, looks = [], []

    async def write(state):
        told.append(state.waiting)
        return RunReport(1, "waits")

    def describe():
        looks.append(1)
        return Waiting("ci")

    async def wait():
        async with WaitReports(write, WaitPolicy(first_s=0.2, again_s=1.0)).during(STATE, describe):
            await asyncio.sleep(2.5)

    asyncio.run(wait())

    assert [Waiting("ci")] == told
    assert len(looks) < 10
