"""A run that an earlier release recorded goes on under this one: names, order and shapes still fit.

`recorded_run.json` is the record of a whole run: red once, repaired, opened green. It is never
written anew for a change of the code: where this test turns red, runs that wait for CI during the
deploy would be lost. Keep the old names and shapes readable, or give the new story a new name.
"""

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

from bot.run import from_json
from bot.stories.solve_issue import solve_issue
from bot.values import Outcome, Request, RunState, Signal

RECORD = Path(__file__).with_name("recorded_run.json")
CLOCKS = ("DBOS.sleep", "(pause)")


class Replay:
    """A run that does nothing: every step is answered from the record, in its order."""

    def __init__(self, key, steps):
        self.key = key
        self.steps = [step for step in steps if step[0] not in CLOCKS]
        self.state = None

    def take(self, name):
        recorded, output = self.steps.pop(0)
        assert recorded == name
        return output

    async def __call__(self, step, /, *values, **named):
        return from_json(self.take(step.name)["ok"], step.result_kind)

    async def wait(self, patience_s, waiting=None):
        data = self.take("DBOS.recv")
        return None if data is None else from_json(data, Signal)

    @asynccontextmanager
    async def slot(self, repo, asked_at=""):
        yield self.take("slot")["ok"] == "waited"

    def heed(self, listen):
        pass

    async def follow(self, branch):
        self.take("DBOS.updateWorkflowAttributes")

    async def find_last_state(self, subject):
        return from_json(self.take("find_last_state")["ok"], RunState)

    def keep(self, state):
        self.state = state
        return state


def test_a_recorded_run_is_replayed():
    """Step by step, to the same outcome and the same state."""
    record = json.loads(RECORD.read_text())
    run = Replay(record["key"], record["steps"])
    outcome = asyncio.run(solve_issue(run, from_json(record["value"], Request)))
    ((name, last),) = run.steps

    assert from_json(record["outcome"], Outcome) == outcome
    assert "(state)" == name
    assert from_json(last["ok"], RunState) == run.state
