"""What follows when CI turns red late, decided from what the record and GitHub say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.run import StartRun, Step
from bot.steps.admit import LabelReading
from bot.steps.fetch_checks import ChecksSnapshot
from bot.stories.repair_checks import repair_checks
from bot.stories.work_on_pull import work_on_pull
from bot.values import (
    Attempt,
    Branch,
    Caps,
    Check,
    Checks,
    Failure,
    LastRun,
    Outcome,
    Reading,
    RunKey,
    RunState,
    Sha,
    Subject,
    Verdict,
    Waiting,
)
from bot.values.events import ChecksMoved
from bot.views.checks_explanation import REPAIRING, SAME_FAILURE, render_no_attempts
from tests.views.run_states import REPO, make_end
from tests.views.test_checks_explanation import PULL, SHA

SUBJECT = Subject("acme/greeter#7")
MOVED = ChecksMoved("d", REPO, ("topic", "greenlit/7-greet"), SHA, "check_suite", "failure")
RED = Checks(SHA, (Check("test", "failed", "failure", id=1, run=1, job=True),))
FAILURE = Failure("AssertionError", "hello", fingerprint="f")
OURS = Verdict("ours", Reading("test-failure", "fix", "pytest", (FAILURE,)))
GREEN_BEFORE = (Attempt(Sha("1" * 40), "green"),)


@dataclass
class ScriptedRun:
    """A run whose steps answer as the test says; what it did is kept."""

    verdict: Verdict = OURS
    attempts: tuple[Attempt, ...] = GREEN_BEFORE
    state: RunState | None = field(default_factory=lambda: make_end(Outcome("opened", "", 8)))
    lives: list[bool] = field(default_factory=lambda: [False, False])
    looks: list[Checks] = field(default_factory=lambda: [RED])
    answers: dict[str, object] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    advice: str = ""
    started: StartRun | None = None
    waits: int = 0

    async def __call__(self, step: Step, /, *values: object) -> object:
        """Answer as scripted."""
        self.done.append(step.name)
        match step.name:
            case "fetch_checks":
                return ChecksSnapshot(self.looks.pop(0), 1_800_000_000.0)
            case "tell_later_red":
                self.advice = str(values[-1])
        known = {
            "find_own_pull": PULL,
            "read_label": LabelReading("autogen"),
            "compute_caps": Caps(),
            "judge_pull": self.verdict,
            "is_authorized": True,
            "rerun_failed_jobs": {"1": 1},
        }
        return (known | self.answers).get(step.name)

    async def find_subject(self, _repo: object, branch: Branch) -> Subject | None:
        """Only the bot's branch was followed."""
        return SUBJECT if branch.startswith("greenlit/") else None

    async def find_last_run(self, subject: Subject) -> LastRun:
        """Whether it lives, look by look."""
        return LastRun(RunKey(f"{subject}/1"), self.lives.pop(0))

    async def find_last_state(self, _subject: Subject) -> RunState | None:
        """How it ended."""
        return self.state

    async def find_attempts(self, _subject: Subject) -> tuple[Attempt, ...]:
        """Those of all runs."""
        return self.attempts

    async def wait(self, _patience_s: float, _waiting: Waiting) -> None:
        """Nothing comes."""
        self.waits += 1

    async def start(self, start: StartRun) -> tuple[str, bool]:
        """Keep it."""
        self.started = start
        return f"{start.subject}/2", True


def react(run: ScriptedRun, moved: ChecksMoved = MOVED) -> Outcome:
    return asyncio.run(repair_checks(run, moved))  # type: ignore[arg-type]


def test_what_is_ours_is_repaired_in_the_askers_name():
    """Told first, then begun as `/fix` is, about the subject of the run that opened it."""
    run = ScriptedRun()
    outcome = react(run)

    assert (REPAIRING, "started acme/greeter#7/2") == (run.advice, outcome.text)
    assert (work_on_pull, SUBJECT) == (run.started.story, run.started.subject)
    request = run.started.value
    assert ("fix", "ada", 8, "CI turned red") == (
        request.command,
        request.asker,
        request.number,
        request.cause,
    )


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"lives": [True]}, "under way"),
        ({"lives": [False, True]}, "under way"),
        ({"state": None}, "no open pull request"),
        ({"state": make_end(Outcome("stopped", ""))}, "no open pull request"),
        ({"answers": {"find_own_pull": None}}, "no open pull request"),
        ({"looks": [Checks(SHA, (Check("test", "passed", "success"),))]}, "not red"),
        ({"attempts": (Attempt(SHA, "red", OURS),)}, "told of this failure"),
    ],
)
def test_what_is_nobodys_or_told_already_is_ignored(parts, why):
    """A run at work hears it itself; what people stopped stays; a run's own red comes late."""
    run = ScriptedRun(**parts)
    outcome = react(run)

    assert "ignored" == outcome.state
    assert why in outcome.text
    assert "tell_later_red" not in run.done


def test_a_branch_that_no_run_followed_asks_nothing():
    """Most branches are people's."""
    run = ScriptedRun()

    assert "ignored" == react(run, replace(MOVED, branches=("topic",))).state
    assert [] == run.done


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ({"attempts": (*GREEN_BEFORE, Attempt(Sha("2" * 40), "red", OURS))}, SAME_FAILURE),
        (
            {"attempts": tuple(Attempt(Sha(f"{number:040}"), "green") for number in range(3))},
            render_no_attempts(3),
        ),
        ({"answers": {"is_authorized": False}}, ""),
        ({"verdict": replace(OURS, kind="already red")}, ""),
        ({"verdict": replace(OURS, reading=replace(OURS.reading, action="human"))}, ""),
    ],
)
def test_what_is_not_to_be_repaired_is_told(parts, advice):
    """The same failure twice, no attempts left, nobody to ask for it, or nothing of ours."""
    run = ScriptedRun(**parts)
    outcome = react(run)

    assert ("done", advice, None) == (outcome.state, run.advice, run.started)
    assert "tell_later_red" == run.done[-1]


def test_what_may_pass_when_run_again_is_run_again_first():
    """Once: what cannot be run again any more is told."""
    outage = Verdict("infrastructure", Reading("infra", "rerun"))
    first = ScriptedRun(verdict=outage)
    second = ScriptedRun(verdict=outage, answers={"rerun_failed_jobs": {}})

    assert "ran the failed jobs again" == react(first).text
    assert "tell_later_red" not in first.done
    assert "told why CI turned red" == react(second).text


def test_all_of_ci_is_waited_for():
    """The first red check is not the whole story."""
    pending = Checks(SHA, (*RED.checks, Check("docs", "pending")))
    run = ScriptedRun(looks=[pending, pending, RED])
    react(run)

    assert 2 == run.waits
    assert REPAIRING == run.advice
