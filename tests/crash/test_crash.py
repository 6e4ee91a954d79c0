"""Killed anywhere, a run goes on where it was: one branch, one comment, one pull request, and no
turn paid twice.

Where it is killed, the bot is `greenlit serve` in its own process, ended with SIGKILL and started
again on its home.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from contextlib import ExitStack, contextmanager

import pytest

from bot.forge.claude_double import ClaudeDouble, serve_claude
from tests.crash.forked_bot import name_variables, run_forked_bot
from tests.run_record import has_ended
from tests.stage import BAD, BEGIN, END, FILES, MENDED, REPO, forged, script, settings_for, staged
from tests.stories.test_replay import RECORD

PATIENCE_S = 120
NOWHERE = "http://127.0.0.1:9"
PLAY = (*BEGIN, [BAD], END, [MENDED], END)
BRANCH = "greenlit/1-greet-more-quietly"


class Killable:
    """The bot's process, started again after each kill, and what it works between."""

    def __init__(self, home, forge, keys, settings, double):
        self.home, self.forge, self.keys, self.settings, self.double = (
            home,
            forge,
            keys,
            settings,
            double,
        )
        self.kills = 0
        self._up = ExitStack()

    def start(self):
        self.bot = self._up.enter_context(run_forked_bot(self.home, self.settings))
        self.forge.set_webhook_url(self.keys, self.bot.webhook_url)

    def kill(self):
        self.kills += 1
        self.bot.process.send_signal(signal.SIGKILL)
        self.bot.process.wait()
        self._up.close()
        self.start()

    def steps(self):
        """The steps that are remembered, oldest first, read beside the bot from its record."""
        with sqlite3.connect(
            f"file:{self.home / 'bot' / 'engine.sqlite'}?mode=ro", uri=True
        ) as record:
            rows = record.execute("select function_name from operation_outputs order by rowid")
            return [name for (name,) in rows]

    def outcome(self):
        """How the run stands, from the bot's own page; "" while it lives."""
        if not has_ended(self.home / "bot", f"{REPO}#1/1"):
            return ""
        found = [
            run for run in self.bot.list_runs() if run["key"] == f"{REPO}#1/1" and run["outcome"]
        ]
        return found[0]["outcome"]["state"] if found else ""

    def close(self):
        self._up.close()


@contextmanager
def killable(home, checked, play=None, tree=FILES, **more):
    with ExitStack() as stack:
        forge, keys, url = stack.enter_context(forged(home, checked, tree))
        double = ClaudeDouble(play or script(*PLAY), pace=0)
        claude = stack.enter_context(serve_claude(double))
        more = {"port": 0, "page_port": 0, "log_level": "WARNING", **more}
        settings = name_variables(settings_for(keys, url, claude, home / "bot", **more))
        on = Killable(home, forge, keys, settings, double)
        stack.callback(on.close)
        on.start()
        yield on


def happened(on, outcome):
    """What a maintainer finds in the end."""
    pulls = on.forge.list_pulls(REPO)
    return {
        "outcome": outcome,
        "branches": sorted(on.forge.list_branches(REPO)),
        "comments": len(on.forge.list_comments(REPO, 1)),
        "pulls": [(pull.head, pull.draft) for pull in pulls],
        "greeting": on.forge.read_files(REPO, BRANCH)["greeting.py"],
        "turns asked": sorted(on.double.paid_turns),
    }


UNHARMED = {
    "outcome": "opened",
    "branches": [BRANCH, "main"],
    "comments": 2,  # how it stands, and how it ended
    "pulls": [(BRANCH, False)],
    "greeting": 'def greet(name):\n    return "Hello, " + name\n',
    "turns asked": [0, 1, 2, 3, 4, 5],
}


def ended(on):
    deadline = time.monotonic() + PATIENCE_S
    while not on.outcome():
        assert time.monotonic() < deadline, on.bot.log.read_text()[-3000:]
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("spared", [0, 1])
def test_killed_after_every_other_step_the_outcome_is_the_same(tmp_path, checked, spared):
    """The process dies at every other step boundary, in two runs at all; at most the step it died
    in is done again.
    """
    with killable(tmp_path, checked) as on:
        issue = on.forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
        on.forge.add_label(REPO, issue, "autogen", "ada")
        kill_at_steps(on, spared)

        assert on.kills > 5
        assert UNHARMED == happened(on, on.outcome())


def kill_at_steps(on, spared):
    """Kill the process at every other step boundary, until the run has ended."""
    seen = boundaries = 0
    deadline = 0.0
    while time.monotonic() < deadline or not on.outcome():
        if time.monotonic() >= deadline:  # to ask the page is work for both processes
            deadline = time.monotonic() + 0.5
        if (done := len(on.steps())) > seen:
            boundaries += 1
            if boundaries % 2 == spared:
                on.kill()
            seen = len(on.steps()) if boundaries % 2 == spared else done
        time.sleep(0.01)


def kill_at_new_steps(on):
    """Kill the process behind each step that a run on an issue has not, until the run has ended."""
    known = {name for name, *_ in json.loads(RECORD.read_text())["steps"]}
    seen = 0
    deadline = 0.0
    while time.monotonic() < deadline or not on.outcome():
        if time.monotonic() >= deadline:
            deadline = time.monotonic() + 0.5
        steps = on.steps()
        if not known.issuperset(steps[seen:]):
            on.kill()
            steps = on.steps()
        seen = len(steps)
        time.sleep(0.01)


def outlive_new_steps(home, checked, play, begin, happened):
    """Kill the process behind each step that a run on an issue has not, and return what is found in
    the end.
    """
    with killable(home, checked, play) as on:
        begin(on)
        kill_at_new_steps(on)

        assert on.kills > 5
        return happened(on)


def kill_at_requests(on, begin, path, kind, spared=0):
    """Kill the process whenever a request has failed, until the run has ended. Of those that match,
    so many are spared before each.
    """
    fault = on.forge.faults.add("POST", path, kind, spared=spared)
    begin(on)
    deadline = time.monotonic() + 3 * PATIENCE_S
    while not on.outcome():
        assert time.monotonic() < deadline, on.bot.log.read_text()[-3000:]
        if fault.fired:
            fault = on.forge.faults.add("POST", path, kind, spared=spared)
            on.kill()
        time.sleep(0.01)


EFFECTS = {
    "comment": ("POST", r"/issues/1/comments$"),
    "edit": ("PATCH", r"/issues/comments/"),
    "react": ("POST", r"/reactions$"),
    "commit": ("POST", r"/git/refs$"),
    "push": ("POST", r"git-receive-pack$"),
    "open": ("POST", r"/pulls$"),
}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("when", ["cut", "cut-after"])
def test_killed_in_the_middle_of_each_effect_nothing_is_doubled(tmp_path, checked, when):
    """The process dies while GitHub works, before or after the write was done: each write is there
    once. That a collector of traces is away harms nothing, and is a line at most of each process.
    """
    effects = {path: method for name, (method, path) in EFFECTS.items() if name != "push"}
    with killable(tmp_path, checked, otlp_url=NOWHERE) as on:
        faults = [
            on.forge.faults.add(method=method, path=path, times=1, kind=when)
            for path, method in effects.items()
        ]
        issue = on.forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
        on.forge.add_label(REPO, issue, "autogen", "ada")
        kill_when_fired(on, *faults)
        ended(on)

        assert UNHARMED == happened(on, on.outcome())
        assert 1 == max(on.double.paid_turns.values())
        log = on.bot.log.read_text()
        assert log.count("traces do not reach") <= on.kills + 1
        assert "opentelemetry" not in log


def kill_when_fired(on, *faults):
    """Kill the process once each of the faults has met it, whichever comes first."""
    deadline = time.monotonic() + PATIENCE_S
    waiting = list(faults)
    while waiting:
        assert time.monotonic() < deadline, waiting
        time.sleep(0.005)
        for fault in [fault for fault in waiting if fault.fired]:
            waiting.remove(fault)
            on.kill()


BROKEN = ("500", "502-after", "cut", "cut-after")
LIMITED = ("403-secondary", "429")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("effects", "kind"),
    [
        *((("comment", "commit", "open"), kind) for kind in BROKEN),
        (("push",), "502-after"),
        *((("comment", "open"), kind) for kind in LIMITED),
    ],
)
def test_github_breaks_and_nothing_is_doubled(tmp_path, checked, effects, kind):
    """GitHub answers once each kind of write with an error, before or after it did it: the write is
    there once, and the run goes on.
    """
    commits = "pushed" if "push" in effects else "verified"
    with staged(tmp_path, checked, script(*PLAY), commits=commits) as stage:
        faults = [
            stage.forge.faults.add(method=method, path=path, times=1, kind=kind)
            for method, path in map(EFFECTS.__getitem__, effects)
        ]
        stage.label(stage.issue())
        run = stage.ended(1, patience_s=PATIENCE_S)

        assert [1] * len(effects) == [fault.fired for fault in faults]
        assert UNHARMED == happened(stage, run.outcome.state)
        assert 1 == max(stage.double.paid_turns.values())
