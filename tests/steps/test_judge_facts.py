"""Whose fault a red CI is, from what its logs, its earlier attempts and the base's checks say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.ports import Ports, Refusal, Unreachable
from bot.steps.diagnose import VerdictFacts, judge_facts
from bot.steps.read_checks import read_checks
from bot.values import Branch, Check, Checks, Repo, Sha, Tree

REPO = Repo("o/r")
HEAD, BASE, TIP = Sha("a" * 40), Sha("b" * 40), Sha("c" * 40)
FILES = frozenset({"tests/test_greet.py", "app/greet.py"})
TESTED = """\
##[group]Run pytest
pytest
##[endgroup]
___ {test} ___
    def {test}():
>       assert 1 == 2
E       AssertionError: assert 1 == 2
tests/test_greet.py:3: AssertionError
=========================== short test summary info ============================
FAILED tests/test_greet.py::{test} - AssertionError: assert 1 == 2
##[error]Process completed with exit code 1.
"""
GREET, WAVE = (TESTED.format(test=test).encode() for test in ("test_greet", "test_wave"))
INSTALL = b"""\
##[group]Run pip install nothing
pip install nothing
##[endgroup]
ERROR: No matching distribution found for nothing
##[error]Process completed with exit code 1.
"""
OUTAGE = b"curl: (6) Could not resolve host: files.example.org\n##[error]Process completed.\n"


@dataclass
class Ci:
    """What CI keeps: the logs of jobs, the checks of commits, and the jobs of earlier attempts."""

    logs: dict[int, bytes | Exception]
    checks: dict[Sha, tuple[Check, ...]] = field(default_factory=dict)
    attempts: dict[int, tuple[Check, ...]] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)

    def fetch_job_log(self, repo, job, limit_bytes):
        log = self.logs.get(job, Refusal("the log is gone"))
        if isinstance(log, Exception):
            raise log
        return log

    def list_annotations(self, repo, check):
        return ()

    def fetch_check_output(self, repo, check):
        raise Refusal("it says nothing")

    def list_artifacts(self, repo, run, attempt):
        return ()

    def fetch_checks(self, repo, sha):
        self.asked.append(sha)
        return Checks(sha, self.checks.get(sha, ()))

    def list_jobs(self, repo, run, attempt):
        self.asked.append((run, attempt))
        return self.attempts.get(attempt, ())

    def read(self, tree, paths):
        """Read files, as a mirror does."""
        return {path: b"x" for path in paths if path in FILES}


def job(number, name="unit", *, attempt=1, state="failed"):
    """A job of GitHub's, with its log under its number."""
    conclusion = {"failed": "failure", "passed": "success"}[state]
    return Check(name, state, conclusion, id=number, run=70, job=True, run_attempt=attempt)


def judge(ci, *failed, changed=("app/greet.py",), base_tip=None, **read):
    """Judge these failed checks of a commit that changes these paths."""
    ports = replace(Ports(None, None, None), ci=ci, mirrors=ci)
    reading = read_checks(ports, REPO, failed, FILES)
    base = Tree(REPO, BASE, Branch("main"))
    facts = VerdictFacts(
        base=base,
        tree=replace(base, sha=HEAD),
        files=FILES,
        changed=frozenset(changed),
        failed=failed,
        reading=replace(reading, **read),
        base_checks=Checks(BASE, ci.checks.get(BASE, ())),
        base_tip=base_tip,
    )
    return judge_facts(ports, facts)


NEAR = {"changed": ("tests/test_greet.py",)}  # the test itself: nothing is flaky at a first sight
STATUS = replace(job(9, "jenkins"), id=9, run=0, job=False)
RED_BASE = {BASE: (job(11),)}
KINDS = {
    "the change broke it": ({1: GREET}, [job(1)], NEAR, {}, "ours", "fix"),
    "a test far from the change": ({1: GREET}, [job(1)], {}, {}, "flaky", "rerun"),
    "a far test that was run again": ({1: GREET}, [job(1, attempt=2)], {}, {}, "ours", "fix"),
    "the base was red so": ({1: GREET, 11: GREET}, [job(1)], NEAR, RED_BASE, "already red", "fix"),
    "the base was red otherwise": ({1: GREET, 11: WAVE}, [job(1)], NEAR, RED_BASE, "ours", "fix"),
    "another job of the base was red": (
        {1: GREET, 11: GREET},
        [job(1)],
        NEAR,
        {BASE: (job(11, "lint"),)},
        "ours",
        "fix",
    ),
    "the base's log is gone": ({1: GREET}, [job(1)], NEAR, RED_BASE, "ours", "fix"),
    "one of two was red before": (
        {1: GREET, 2: GREET, 11: GREET},
        [job(1), job(2, "other")],
        NEAR,
        RED_BASE,
        "ours",
        "fix",
    ),
    "both were red before": (
        {1: GREET, 2: WAVE, 11: WAVE, 12: GREET},
        [job(1), job(2, "other")],
        NEAR,
        {BASE: (job(11), job(12, "other"), job(13, "third"))},
        "already red",
        "fix",
    ),
    "an outage": ({1: OUTAGE}, [job(1)], NEAR, {}, "infrastructure", "rerun"),
    "an outage as on the base": ({1: OUTAGE}, [job(1)], NEAR, RED_BASE, "infrastructure", "rerun"),
    "an outage for a person": (
        {1: OUTAGE},
        [job(1)],
        {"action": "human"},
        {},
        "infrastructure",
        "human",
    ),
    "an outage for a person since before": (
        {1: OUTAGE, 11: OUTAGE},
        [job(1)],
        {"action": "human"},
        RED_BASE,
        "already red",
        "human",
    ),
    "a set-up": ({1: INSTALL}, [job(1)], {}, {}, "set-up", "rerun"),
    "a set-up that was run again": ({1: INSTALL}, [job(1, attempt=2)], {}, {}, "set-up", "human"),
    "a set-up that the change touches": (
        {1: INSTALL},
        [job(1)],
        {"changed": ("requirements.txt",)},
        {},
        "ours",
        "fix",
    ),
    "a set-up as on the base": (
        {1: INSTALL, 11: INSTALL},
        [job(1)],
        {},
        RED_BASE,
        "already red",
        "fix",
    ),
    "a set-up beside a test": (
        {1: INSTALL, 2: GREET},
        [job(1), job(2, "other")],
        NEAR,
        {},
        "ours",
        "fix",
    ),
}


@pytest.mark.parametrize(
    ("logs", "failed", "more", "checks", "kind", "action"), KINDS.values(), ids=KINDS
)
def test_whose_fault_a_red_is(logs, failed, more, checks, kind, action):
    """In doubt it is the change's; what is told again costs less than an edit."""
    verdict = judge(Ci(logs, checks), *failed, **more)

    assert (kind, action) == (verdict.kind, verdict.reading.action)
    assert {check.name: check.id for check in failed} == verdict.jobs


def test_a_status_is_told_without_a_job_to_look_at():
    """It is nothing that could be run again."""
    verdict = judge(Ci({1: GREET}), job(1), STATUS)

    assert ("ours", {"unit": 1, "jenkins": 0}) == (verdict.kind, verdict.jobs)
    assert {"outage": 0} == judge(Ci({}), replace(STATUS, name="outage"), action="rerun").jobs


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ((), "CI of the base commit says nothing of it"),
        ((job(11, state="passed"),), "On the base commit it passed"),
        ((job(11),), "On the base commit it failed too, in another way"),
        ((job(11, "other"),), "CI of the base commit says nothing of it"),
    ],
)
def test_a_set_up_that_failed_is_told_with_its_command(base, words):
    """And with what the base's own check of that name said."""
    verdict = judge(Ci({1: INSTALL, 11: GREET}, {BASE: base}), job(1))

    assert verdict.why == (
        "`unit` failed at `pip install nothing`, before it came to anything that this change "
        f"touches. {words}"
    )


@pytest.mark.parametrize(
    ("tip", "checks", "kind", "asked"),
    [
        (TIP, {TIP: (job(11),)}, "already red", [TIP]),
        (TIP, {}, "ours", [TIP]),
        (TIP, {BASE: (job(11),)}, "already red", []),
        (BASE, {}, "ours", []),
        (None, {TIP: (job(11),)}, "ours", []),
    ],
)
def test_what_the_base_is_now_counts_where_what_it_was_is_not_enough(tip, checks, kind, asked):
    """It is asked for once, and only where it is another commit."""
    ci = Ci({1: GREET, 11: GREET}, checks)
    verdict = judge(ci, job(1), base_tip=tip, **NEAR)

    assert (kind, asked) == (verdict.kind, ci.asked)


PASSED = job(21, state="passed", attempt=1)
ATTEMPTS = {
    "it passed at first": ({1: (PASSED,)}, {}, 2, "flaky", "`unit` passed at attempt 1", [1]),
    "another test failed at first": (
        {1: (job(22, attempt=1),)},
        {22: WAVE},
        2,
        "flaky",
        "at attempt 1 of this commit `tests/test_greet.py::test_wave` failed",
        [1],
    ),
    "the same test failed at first": ({1: (job(22),)}, {22: GREET}, 2, "ours", "", [1]),
    "the first log is down": (
        {1: (job(22),)},
        {22: Unreachable("GitHub answered 502")},
        2,
        "ours",
        "",
        [1],
    ),
    "the first log is gone": ({1: (job(22),)}, {}, 2, "ours", "", [1]),
    "the job was not there at first": (
        {1: (job(21, "other", state="passed"),)},
        {},
        2,
        "ours",
        "",
        [1],
    ),
    "two are read, the newest first": (
        {1: (PASSED,), 2: (job(22, attempt=2),), 3: (job(22, attempt=3),)},
        {22: GREET},
        4,
        "ours",
        "",
        [3, 2],
    ),
    "it passed at the second": (
        {2: (replace(PASSED, run_attempt=2),)},
        {},
        4,
        "flaky",
        "`unit` passed at attempt 2 and failed at attempt 4",
        [3, 2],
    ),
    "there was none": ({}, {}, 1, "flaky", "", []),
}


@pytest.mark.parametrize(
    ("attempts", "logs", "number", "kind", "why", "asked"), ATTEMPTS.values(), ids=ATTEMPTS
)
def test_earlier_attempts_of_the_same_commit_tell_what_is_flaky(
    attempts, logs, number, kind, why, asked
):
    """Two of them are read."""
    ci = Ci({1: GREET, **logs}, attempts=attempts)
    verdict = judge(ci, job(1, attempt=number))

    assert kind == verdict.kind
    assert verdict.why.startswith(why)
    assert bool(why) is bool(verdict.why)
    assert [(70, attempt) for attempt in asked] == ci.asked
