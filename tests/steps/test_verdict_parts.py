"""The small facts that a verdict on CI rests on, each by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.steps.diagnose import summarize_verdict
from bot.steps.flaky import EarlierAttempt, explain_flakiness, is_out_of_reach
from bot.steps.read_checks import choose_checks
from bot.steps.setup_failure import can_change_touch_setup, is_setup_script
from bot.values import Check, Checks, Failure, Frame, Reading, Sha, Verdict

SHA = Sha("a" * 40)


def checks(*states):
    """Checks in these states, each with a conclusion behind a blank."""
    listed = []
    for number, state in enumerate(states):
        word, _, conclusion = state.partition(" ")
        listed.append(Check(f"c{number}", word, conclusion))
    return Checks(SHA, tuple(listed))


@pytest.mark.parametrize(
    ("states", "silent", "pending", "failed", "green"),
    [
        ((), True, False, [], False),
        (("passed success",), False, False, [], True),
        (("passed success", "pending"), False, True, [], False),
        (("passed success", "failed failure"), False, False, ["c1"], False),
        (("failed failure", "pending", "failed timed_out"), False, True, ["c0", "c2"], False),
        (("passed skipped", "passed neutral"), False, False, [], False),
    ],
)
def test_checks_are_green_only_when_all_passed_and_one_did_something(
    states, silent, pending, failed, green
):
    """What is not over is neither green nor silent."""
    seen = checks(*states)

    assert (silent, pending, green) == (seen.is_silent, seen.is_pending, seen.green)
    assert failed == [check.name for check in seen.failed]


def test_six_failed_checks_are_read_and_the_cancelled_last():
    """One red job has GitHub cancel the rest of its matrix."""
    failed = checks("failed cancelled", *["failed failure"] * 5, "failed cancelled").checks
    many = checks(*["failed failure"] * 9).checks

    assert ["c1", "c2", "c3", "c4", "c5", "c0"] == [check.name for check in choose_checks(failed)]
    assert [f"c{number}" for number in range(6)] == [check.name for check in choose_checks(many)]


def test_a_verdict_is_known_by_all_that_failed():
    """Whatever their order, each once."""
    failures = [Failure("E", "m", fingerprint=name) for name in ("b", "a", "b")]
    verdict = Verdict("ours", Reading("test-failure", "fix", failures=tuple(failures)))

    assert "a+b" == verdict.fingerprint
    assert "" == Verdict("ours", Reading("infra", "rerun")).fingerprint


@pytest.mark.parametrize(
    ("frames", "place"),
    [
        ((), ""),
        ((Frame("a.py", 3),), "a.py:3"),
        ((Frame("a.py", None),), "a.py"),
        ((Frame("a.py", 1), Frame("b.py", 2)), "b.py:2"),
    ],
)
def test_a_failure_stands_at_its_innermost_place(frames, place):
    """As far as it is known."""
    failure = Failure("E", "m", "test_a", frames)
    verdict = Verdict("flaky", Reading("test-failure", "fix", failures=(failure,)))
    word, text = summarize_verdict(verdict)

    assert place == failure.place
    assert "read its log" == word
    assert text.plain.startswith("test_a\nE: m")
    assert text.plain.endswith(", which seems to fail now and then")
    assert bool(place) is (f"\nat {place}," in text.plain)


def test_a_failure_of_several_jobs_names_them():
    """One that failed alone is named by its failure."""
    both = Failure("E", "m", "test_a", jobs=("unit", "lint"))
    lines = [
        summarize_verdict(Verdict("ours", Reading("test-failure", "fix", failures=(failure,))))[
            1
        ].plain
        for failure in (both, replace(both, jobs=("unit",)))
    ]

    assert ["test_a\nE: m\nin unit and lint, broken by this change"] == lines[:1]
    assert ["test_a\nE: m, broken by this change"] == lines[1:]


def test_a_verdict_without_failures_says_its_kind():
    """Such as an outage."""
    verdict = Verdict("infrastructure", Reading("infra", "rerun"))

    assert "infra (infrastructure)" == summarize_verdict(verdict)[1].plain


@pytest.mark.parametrize(
    ("script", "is_setup"),
    [
        (("pip install x && pip download y",), True),
        (("pip install x; pytest",), False),
        (("pip install x || true",), False),
        (("cd web", "npm ci"), True),
        (("cd web",), False),
        (("", "  npm ci  "), True),
        (("actions/checkout@v4", "actions/cache@v4"), False),
        (("actions/upload-artifact@v4",), False),
    ],
)
def test_a_script_is_a_set_up_when_all_of_it_only_installs(script, is_setup):
    """And some of it does."""
    assert is_setup is is_setup_script(script)


@pytest.mark.parametrize(
    ("changed", "touches"),
    [
        (["src/a.py"], False),
        (["src/a.py", ".github/x"], True),
        (["deep/in/Pipfile"], True),
        (["ci/prepare.sh"], True),
        (["lib/native.py"], True),
        (["github/x"], False),
        ([], False),
    ],
)
def test_a_change_may_have_broken_a_set_up_by_what_that_reads(changed, touches):
    """CI's files, manifests, what the script names, and where the log points."""
    scripts = [("sh ci/prepare.sh",), ("pip install .",)]
    failures = [Failure("E", "m", frames=(Frame("lib/native.py", 1),))]

    assert touches is bool(can_change_touch_setup(changed, scripts, failures))


def failed(test="test_b", *, file="tests/test_b.py", job="unit"):
    """A failed test of a job."""
    frames = (Frame(file, 3),) if file else ()
    return Failure("E", "m", test, frames, jobs=(job,))


@pytest.mark.parametrize(
    ("failures", "changed", "texts", "is_far"),
    [
        ([failed()], ["app/greet.py"], {"tests/test_b.py": b"x"}, True),
        ([failed()], ["app/greet.py"], {}, False),
        ([failed(), failed("", file="")], ["app/greet.py"], {"tests/test_b.py": b"x"}, True),
        ([failed(), failed("", file="b.py")], ["app/greet.py"], {"tests/test_b.py": b"x"}, False),
        ([failed("test_c", file="")], ["app/greet.py"], {"tests/test_b.py": b"x"}, False),
        ([], ["app/greet.py"], {}, False),
        ([failed()], ["tests/test_b.py"], {"tests/test_b.py": b"x"}, False),
        ([failed()], ["app/greet.py"], {"tests/test_b.py": b"import greet"}, False),
        ([failed()], ["app/greet.py"], {"tests/test_b.py": b"x" * 200_000 + b"greet"}, True),
        ([failed()], ["tests/other.py"], {"tests/test_b.py": b"x"}, False),
        ([failed()], ["greet.py"], {"tests/test_b.py": b"x"}, True),
        ([failed()], ["app/conftest.py"], {"tests/test_b.py": b"x"}, False),
        ([failed()], ["app/data.bin"], {"tests/test_b.py": b"x"}, False),
        ([failed()], ["docs/a.md"], {"tests/test_b.py": b"docs a"}, True),
    ],
)
def test_a_change_reaches_a_test_in_doubt(failures, changed, texts, is_far):
    """A job that says nothing of its own does not count; every other failure must be far."""
    assert is_far is is_out_of_reach(failures, changed, texts)


def test_of_earlier_attempts_the_newest_that_tells_something_is_told():
    """One that failed alike, or in an outage, tells nothing."""
    unit = Check("unit", "failed", "failure", id=2, run=1, job=True, run_attempt=4)
    attempts = [
        EarlierAttempt(3, passed=False, failures=(failed(),)),
        EarlierAttempt(2, passed=False, failures=(failed("test_a"),)),
        EarlierAttempt(1, passed=True),
    ]

    assert explain_flakiness([failed()], {unit: attempts}, out_of_reach=True) == (
        "at attempt 2 of this commit `test_a` failed, and at attempt 4 `test_b` did instead"
    )
    assert explain_flakiness([failed()], {unit: attempts}, out_of_reach=False) == (
        "`unit` passed at attempt 1 and failed at attempt 4 of the same commit"
    )
