"""The tests of what `/explain` says of a pull request's CI."""

from dataclasses import replace

import pytest

from bot.values import (
    Branch,
    Check,
    Checks,
    Failure,
    Frame,
    PullDetails,
    Reading,
    Sha,
    Verdict,
)
from bot.views.checks_explanation import render_explanation
from tests.gfm import GitHubPage

SHA = Sha("ab" * 20)
PULL = PullDetails(
    8,
    "https://github.com/acme/greeter/pull/8",
    "Greet",
    "",
    "ada",
    Branch("main"),
    Sha("0" * 40),
    Branch("quiet"),
    SHA,
    "acme/greeter",
    is_fork=False,
)
RED = Check("test", "failed", "failure", "https://ci/1", id=5, run=1, job=True)
RUNNING = Check("docs", "pending")
GREEN = Check("build", "passed", "success")
FAILURE = Failure(
    "AssertionError",
    "hello Ada\n@eve closes #1 <!-- x",
    "test_greeting.py::test_greet",
    (Frame("app.py", 3, "main"), Frame("test greeting.py", 7, "test_greet")),
    root_cause="KeyError: 'x'\nmore",
    count=2,
    jobs=("test", "test 3.12"),
    code="> 3 | assert greet() == 1\n  4 | ```\n  5 | @eve",
)
READING = Reading("test-failure", "fix", "pytest", (FAILURE,))
OURS = Verdict("ours", READING, why="`main` was green where this branch left it")


def render(*checks, verdict=None, pull=PULL):
    return render_explanation(pull, Checks(SHA, checks), verdict)


def test_a_red_check_is_explained_with_its_places():
    """Which checks, whose fault, what broke and where: linked at the commit that failed."""
    timed_out = replace(RED, name="lint", conclusion="timed_out", url="https://ci/2")
    text = render(RED, timed_out, RUNNING, GREEN, verdict=OURS)
    page = GitHubPage(text)

    assert [
        "CI is red on abababa: 2 of 4 checks failed; 1 has not ended.",
        (
            "This change seems to break it; main was green where this branch left it. "
            "The code or its tests need a change: comment /fix to have me try."
        ),
    ] == page.paragraphs[:2]
    assert "test failed" in page.text
    assert "lint ran out of time" in page.text
    assert "because of KeyError: 'x'" in page.text
    blob = f"https://github.com/acme/greeter/blob/{SHA}"
    assert [
        f"{PULL.url}/commits/{SHA}",
        "https://ci/1",
        "https://ci/2",
        f"{blob}/test%20greeting.py#L7",
        f"{blob}/app.py#L3",
    ] == [address for _, address in page.links]


def test_what_the_log_of_a_stranger_says_stays_text():
    """It calls nobody, closes nothing, hides nothing, and ends no block of code."""
    page = GitHubPage(render(RED, verdict=OURS))

    assert [] == page.mentions
    assert "`#1`" in render(RED, verdict=OURS)
    assert "> 3 | assert greet() == 1 4 | ``` 5 | @eve" == page.codes[-1]


@pytest.mark.parametrize(
    ("checks", "sentence"),
    [
        ((GREEN,), "CI is green on abababa: 1 check passed."),
        ((RUNNING, GREEN), "CI is running on abababa: 1 of 2 checks has not ended."),
        ((), "CI says nothing of abababa: there is no check and no commit status."),
        (
            (replace(GREEN, conclusion="skipped"),),
            "CI skipped every check of abababa, so nothing has run these changes.",
        ),
        (
            (replace(GREEN, conclusion="neutral"),),
            "CI says neither yes nor no of abababa: its checks ended as neutral.",
        ),
    ],
)
def test_ci_that_is_not_red_is_said(checks, sentence):
    """Green, running, silent, skipped and neutral are told apart."""
    assert sentence == GitHubPage(render(*checks)).paragraphs[0]


def test_a_silent_fork_may_wait_for_approval():
    """GitHub runs a newcomer's workflows only when a maintainer lets them."""
    fork = replace(PULL, is_fork=True)

    assert "approval" in render(pull=fork)
    assert "`on:`" in render()
    assert "approval" not in render()


@pytest.mark.parametrize(
    ("kind", "action", "why", "sentence"),
    [
        ("already red", "fix", "", "main was red in the same way before this change"),
        ("infrastructure", "rerun", "", "an outage: what failed is outside the code. Please run"),
        ("infrastructure", "human", "", "no edit of this change repairs it."),
        ("set-up", "human", "`npm ci` failed", "set itself up: npm ci failed. Please look"),
        ("flaky", "rerun", "", "It may be flaky: what failed does not seem to reach"),
        ("flaky", "fix", "it passed in attempt 1", "It is flaky: it passed in attempt 1. Please"),
        ("ours", "human", "", "Something failed that I cannot read."),
    ],
)
def test_whose_fault_it_is_and_what_to_do_is_said(kind, action, why, sentence):
    """Each verdict has its sentence, and its advice."""
    verdict = Verdict(kind, replace(READING, action=action), why=why)

    assert sentence in GitHubPage(render(RED, verdict=verdict)).text


def test_a_fork_is_not_offered_a_push():
    """A review with suggestions is what can be had there."""
    fork = replace(PULL, is_fork=True)

    assert "`/fix` to have me suggest one in a review" in render(RED, verdict=OURS, pull=fork)


def test_a_log_that_no_parser_knows_is_shown():
    """Its end stands there, folded; of a long one the beginning is left out."""
    log = "".join(f"line {number}\n" for number in range(2_000))
    reading = Reading("crash", "human", excerpt=log, confidence="low")
    text = render(RED, verdict=Verdict("ours", reading))

    assert "line 1999\n```" in text
    assert "(…)\nline " in text
    assert 8_000 > len(text)


def test_a_failure_without_a_name_is_named_by_its_job():
    """Nobody knows the tool, but GitHub knows where it ran."""
    nameless = replace(FAILURE, test="", error="", jobs=("build",), count=1)
    verdict = replace(OURS, reading=replace(READING, failures=(nameless,)))

    assert "**A failure in `build`**\nhello Ada" in render(RED, verdict=verdict)


def test_many_failures_are_counted():
    """A comment stays readable where everything broke."""
    many = tuple(replace(FAILURE, test=f"test_{number}") for number in range(30))
    checks = [replace(RED, name=f"job {number}") for number in range(30)]
    verdict = replace(OURS, reading=replace(READING, failures=many))
    text = render(*checks, verdict=verdict)

    assert "And 22 more failures: see the logs." in text
    assert "- and 20 more\n\nI read what 6 of them say.\n" in text


def test_what_a_check_says_of_itself_is_shown_as_text():
    """Its title beside its name, all its words folded; nothing of them is live."""
    sonar = replace(RED, name="sonar", job=False, description="Quality gate failed @eve")
    words = "Quality gate failed\n\n3 issues ``` @eve closes #1 <b>x</b>"
    failure = Failure("Quality gate failed", "3 issues", jobs=("sonar",), fingerprint="f")
    reading = Reading("crash", "fix", "what the check says", (failure,), words, "low")
    page = GitHubPage(render(sonar, verdict=replace(OURS, reading=reading)))

    assert "sonar failed: Quality gate failed @eve" in page.text
    assert "All that the check says" in page.text
    assert "closes #1 <b>x</b>" in page.text
    assert [] == page.mentions
