"""What tells a flaky test: pure, from what the attempts of one commit said."""

from dataclasses import replace

import pytest

from bot.steps.flaky import EarlierAttempt, explain_flakiness, is_out_of_reach
from bot.values import Check, Failure, Frame

UNIT = Check("unit", "failed", "failure", id=2, run=1, job=True, run_attempt=2)
LINT = Check("lint", "failed", "failure", id=3, run=1, job=True, run_attempt=2)


def failed(test="test_b", job="unit", file="tests/test_b.py"):
    return Failure("TimeoutError", "too late", test, (Frame(file, 3),), jobs=(job,))


def test_a_job_that_passed_before_is_flaky():
    """Told in words, wherever its failure lies: the commit is the same."""
    why = explain_flakiness(
        [failed()], {UNIT: [EarlierAttempt(1, passed=True)]}, out_of_reach=False
    )

    assert why == "`unit` passed at attempt 1 and failed at attempt 2 of the same commit"


def test_another_failed_test_is_flaky():
    """What failed first passed now, and the other way round."""
    why = explain_flakiness(
        [failed()],
        {UNIT: [EarlierAttempt(1, passed=False, failures=(failed("test_a"),))]},
        out_of_reach=True,
    )

    assert (
        why == "at attempt 1 of this commit `test_a` failed, and at attempt 2 `test_b` did instead"
    )


@pytest.mark.parametrize(
    ("tries", "far"),
    [
        ({UNIT: []}, True),
        ({UNIT: [EarlierAttempt(1, passed=False, failures=(failed(),))]}, True),
        ({UNIT: [EarlierAttempt(1, passed=False, failures=(failed("test_a"), failed()))]}, True),
        ({UNIT: [EarlierAttempt(1, passed=False, failures=(failed("test_a"),))]}, False),
        ({UNIT: [EarlierAttempt(1, passed=False, failures=(failed(""),))]}, True),
        ({UNIT: [EarlierAttempt(1, passed=False)]}, True),
        ({LINT: [EarlierAttempt(1, passed=True)]}, True),
        ({}, True),
    ],
    ids=[
        "first",
        "same",
        "one the same",
        "near the change",
        "an outage",
        "nothing read",
        "another job",
        "no job",
    ],
)
def test_what_may_be_ours_is_not_called_flaky(tries, far):
    """Only a job that passed, or other tests that failed far from the change, speak against the
    commit's guilt.
    """
    assert explain_flakiness([failed()], tries, out_of_reach=far) == ""


def test_each_failed_job_must_be_flaky():
    """One job without an excuse is enough to look at the code."""
    both = [failed(), failed("", "lint")]
    passed = [EarlierAttempt(1, passed=True)]

    assert explain_flakiness(both, {UNIT: passed, LINT: []}, out_of_reach=True) == ""
    assert "`unit` passed" in explain_flakiness(
        both, {UNIT: passed, LINT: passed}, out_of_reach=True
    )


def test_a_name_from_a_log_does_nothing_in_a_comment():
    """Test names are strangers' words: they stay code."""
    why = explain_flakiness(
        [failed("x` @ada <!--")],
        {UNIT: [EarlierAttempt(1, passed=False, failures=(failed("a` @bob"),))]},
        out_of_reach=True,
    )

    assert "`a' @bob`" in why
    assert "`x' @ada <! --`" in why


@pytest.mark.parametrize(
    "changed", [["app/greeting.py"], ["docs/guide.md", "README.md"], ["app/a_b.rb", "x/y.go"], []]
)
def test_a_change_that_the_test_does_not_name_is_far(changed):
    """Neither a frame, nor a word where it failed, nor the folder leads to the change."""
    assert is_out_of_reach(
        [failed()], changed, {"tests/test_b.py": b"import clock\n\nclock.tick()\n"}
    )


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ("tests/test_b.py", b""),
        ("tests/other.py", b""),
        ("src/user_account.rb", b"class UserAccountTest"),
        ("src/user_account.py", b"from src import user_account"),
        ("billing/tax.go", b'import "example.org/billing"'),
        ("app/__init__.py", b""),
        ("tests2/conftest.py", b""),
        ("pyproject.toml", b""),
        ("app/package-lock.json", b""),
        ("Makefile", b""),
        (".github/workflows/ci.yml", b""),
    ],
)
def test_a_change_that_may_reach_the_test_is_near(changed, text):
    """It is the test, lies beside it, is named there, or has a say in everything."""
    assert not is_out_of_reach([failed()], ["README.md", changed], {"tests/test_b.py": text})


def test_a_job_that_only_gathers_the_others_does_not_count():
    """It says nothing but that it failed: beside a test it is no reason to edit, alone it is no
    test.
    """
    gathers = Failure("", "Process completed with exit code 1.", jobs=("all",))
    texts = {"tests/test_b.py": b""}

    assert is_out_of_reach([gathers, failed()], [], texts)
    assert not is_out_of_reach([gathers], [], texts)
    assert (
        explain_flakiness(
            [gathers, failed()],
            {UNIT: [EarlierAttempt(1, passed=True)], replace(UNIT, name="all"): []},
            out_of_reach=True,
        )
        == ""
    )


def test_what_is_no_test_or_has_no_place_is_near():
    """Nothing is known of where it broke, so nothing speaks for the change."""
    texts = {"tests/test_b.py": b""}

    assert not is_out_of_reach([], [], texts)
    assert not is_out_of_reach([failed("")], [], texts)
    assert not is_out_of_reach([Failure("E", "m", "test_b")], [], texts)
    assert not is_out_of_reach([failed(file="gone.py")], [], texts)
