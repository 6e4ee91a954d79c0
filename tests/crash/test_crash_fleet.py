"""Killed anywhere, a run goes on in another process: `greenlit door` beside `greenlit work`."""

from __future__ import annotations

import json
import signal
import time
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from bot.forge.claude_double import ClaudeDouble, serve_claude
from tests.crash.forked_bot import name_variables, run_forked_bot
from tests.crash.test_crash import PATIENCE_S, PLAY, UNHARMED, happened
from tests.otlp_receiver import collecting
from tests.stage import REPO, forged, script, settings_for

KEY = f"{REPO}#1/1"


class Fleet:
    """A door and some workers, and what they work between."""

    def __init__(self, home, forge, double, settings, database_url):
        self.forge, self.double = forge, double
        self._home, self.settings, self._database_url = home, settings, database_url
        self._up = ExitStack()
        self.workers = []
        self._started = 0

    def start(self, part):
        """Start a part, with a home of its own."""
        self._started += 1
        home = self._home / f"{part}{self._started}"
        settings = {**self.settings, "GREENLIT_HOME": str(home / "bot")}
        bot = self._up.enter_context(run_forked_bot(home, settings, part))
        if part == "work":
            self.workers.append(bot)
        return bot

    def ask(self, query):
        with psycopg.connect(self._database_url, autocommit=True) as record:
            return record.execute(query, [KEY]).fetchall()

    def kill_who_works(self):
        """Kill the worker that has the run, and start another one."""
        rows = self.ask(
            "select machine from greenlit.workers join dbos.workflow_status "
            "on executor_id = worker where workflow_uuid = %s"
        )
        if not rows:
            return False
        pid = int(rows[0][0].rpartition(" ")[2])
        (worker,) = [bot for bot in self.workers if bot.process._process.pid == pid]
        worker.process.send_signal(signal.SIGKILL)
        worker.process.wait()
        self.workers.remove(worker)
        self.start("work")
        return True

    def outcome(self):
        """How the run stands, from the door's own page; "" while it lives."""
        runs = [run for run in self.door.list_runs() if run["key"] == KEY and run["outcome"]]
        return runs[0]["outcome"]["state"] if runs else ""

    def count_steps(self):
        query = "select count(*) from dbos.operation_outputs where workflow_uuid = %s"
        return self.ask(query)[0][0]

    def close(self):
        self._up.close()


@contextmanager
def fleet_between(home, checked, database_url, workers, **more):
    """A door and workers between a forge and a Claude in a box."""
    with ExitStack() as stack:
        forge, keys, url = stack.enter_context(forged(home, checked))
        double = ClaudeDouble(script(*PLAY), pace=0)
        claude = stack.enter_context(serve_claude(double))
        more = {"port": 0, "page_port": 0, "log_level": "WARNING", **more}
        settings = settings_for(keys, url, claude, home, database_url=database_url, **more)
        fleet = Fleet(home, forge, double, name_variables(settings), database_url)
        fleet.keys = keys
        stack.callback(fleet.close)
        fleet.door = fleet.start("door")
        forge.set_webhook_url(keys, fleet.door.webhook_url)
        for _ in range(workers):
            fleet.start("work")
        yield fleet


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_workers_that_die_leave_nothing_behind(tmp_path, checked, database_url):
    """Three are killed while they have the run: one branch, one comment, one pull request, and no
    turn that was recorded is paid again. All that they tell is in one trace, and their logs name it.
    """
    told = {"log_format": "json", "log_level": "DEBUG"}
    with (
        collecting() as collector,
        fleet_between(tmp_path, checked, database_url, 2, otlp_url=collector.url, **told) as fleet,
    ):
        issue = fleet.forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
        fleet.forge.add_label(REPO, issue, "autogen", "ada")
        kills, seen = 0, 0
        deadline = time.monotonic() + 2 * PATIENCE_S
        while not fleet.outcome():
            assert time.monotonic() < deadline, (kills, seen)
            time.sleep(0.1)
            if kills < 3 and fleet.count_steps() > seen + 4 and fleet.kill_who_works():
                kills, seen = kills + 1, fleet.count_steps()

        outcome = fleet.outcome()
        assert "opened" == outcome, [c.body for c in fleet.forge.list_comments(REPO, 1)]
        assert 3 == kills
        assert UNHARMED == happened(fleet, outcome)
        [run] = collector.wait_for("solve_issue")
        judge_trace(collector, run)
        entries = read_logs(tmp_path)
    ours = [entry for entry in entries if entry["logger"] == "bot.run"]
    assert {run.trace} == {entry["trace_id"] for entry in ours if entry["run"] == KEY}
    assert [] == [entry for entry in ours if not {"run", "delivery", "trace_id"} <= entry.keys()]
    assert [] == [entry for entry in entries if entry["level"] == "error"]


def judge_trace(collector, run):
    """The door and workers are in one trace. What one had not sent yet when it was killed is lost."""
    spans = [span for span in collector.spans if span.trace == run.trace]
    steps = [span for span in spans if span.parent == run.id]
    [webhook] = [span for span in spans if span.name == "POST /github"]

    assert len(spans) == len({span.id for span in spans})
    assert {run.trace} == {
        span.trace for span in collector.spans if span.attributes["greenlit.run"] == KEY
    }
    assert "door" == webhook.resource["greenlit.part"]
    assert {"work"} == {span.resource["greenlit.part"] for span in steps}


def read_logs(home):
    """All that the processes logged; each line is an object."""
    logs = [path.read_text() for path in home.glob("*/bot.log")]
    return [json.loads(line) for log in logs for line in log.splitlines()]
