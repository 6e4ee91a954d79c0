"""The one comment of a run, as people read it."""

import re
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.steps.report import report, report_failure
from bot.values import (
    Attempt,
    Caps,
    Failure,
    InstallationId,
    Outcome,
    Plan,
    PlannedFile,
    PlannedWeakening,
    Reading,
    Repo,
    Request,
    Retrieval,
    RunKey,
    RunState,
    SearchHit,
    Sha,
    Usage,
    Verdict,
)
from bot.views.attempts_table import render_attempts
from bot.views.status_comment import render_comment

ASKING = Request(
    Repo("acme/greeter", InstallationId(1)), 7, "ada", "2026-11-20T10:00:00Z", "d", label="autogen"
)
KEY = RunKey("acme/greeter#7/1")
PLAN = Plan(
    "Greet in lower case.",
    (
        PlannedFile("app/greeting.py", "lower the word"),
        PlannedFile("test_greeting.py", "expect it"),
    ),
    ("greets softly",),
    ("callers that compare the text",),
)
FAILURE = Failure(
    "AssertionError", "assert 'hello'", "test_greeting.py::test_greet[a|b]", fingerprint="f"
)
RED = Attempt(
    Sha("a" * 40),
    "red",
    Verdict("ours", Reading("test-failure", "fix", "pytest", (FAILURE, FAILURE))),
    "https://ci/1",
)
GREEN = Attempt(Sha("b" * 40), "green", None, "https://ci/2")


def told(**more):
    return RunState(KEY, ASKING, **more)


def shown(progress):
    """Without the foot, which is the same for all."""
    return render_comment(progress).rpartition("\n\n<sub>")[0]


def test_what_must_ask_for_less_is_in_the_plan():
    """With its reason, before anything is written: whoever reads it can stop the run."""
    plan = replace(
        PLAN, weakened=(PlannedWeakening("test_greeting.py::test_loud", "nobody shouts any more"),)
    )

    assert "- **asks for less:** test_greeting.py::test_loud: nobody shouts any more" in shown(
        told(plan=plan)
    )


def test_a_run_that_begins():
    """Before anything is read: what will be done, and how to stop it."""
    assert shown(told()) == snapshot("""\
### 🟡 Greenlit is reading the request · asked by @ada

- [ ] Read the request and the code
- [ ] Plan the change
- [ ] Write it and check it
- [ ] Green on CI
- [ ] Pull request\
""")


def test_a_run_that_plans():
    """Where it looks first."""
    places = tuple(SearchHit(f"app/{name}.py", 1.0) for name in "abcdef")
    assert shown(told(phase="planning", retrieval=Retrieval(places), turns=2)) == snapshot("""\
### 🟡 Greenlit is planning the change · asked by @ada

- [x] Read the request and the code
- [ ] Plan the change
- [ ] Write it and check it
- [ ] Green on CI
- [ ] Pull request

**Looked first at** `app/a.py`, `app/b.py`, `app/c.py`, `app/d.py`, `app/e.py`\
""")


def test_a_run_that_writes():
    """The plan, and the model's own list."""
    progress = told(
        phase="editing",
        plan=PLAN,
        todo=("[x] greet", "[ ] test | it"),
        usage=Usage(0.1234),
        turns=5,
    )
    assert shown(progress) == snapshot("""\
### 🟡 Greenlit is writing the change · asked by @ada

- [x] Read the request and the code
- [x] Plan the change
- [ ] Write it and check it
- [ ] Green on CI
- [ ] Pull request

**Plan**

Greet in lower case.

- `app/greeting.py`: lower the word
- `test_greeting.py`: expect it
- test: greets softly
- risk: callers that compare the text

**To do**

- [x] greet
- [ ] test | it\
""")


def test_a_run_that_waits_for_ci():
    """The first attempt is under way."""
    progress = told(
        phase="waiting", plan=Plan("Greet."), attempts=(Attempt(Sha("a" * 40), "running"),)
    )
    assert shown(progress) == snapshot("""\
### 🟡 Greenlit waits for CI · asked by @ada

- [x] Read the request and the code
- [x] Plan the change
- [x] Write it and check it
- [ ] Green on CI
- [ ] Pull request

**Plan**

Greet.

**CI** (at most 3 attempts)

| attempt | commit | CI |
|---|---|---|
| 1 | `aaaaaaa` | ⏳ running |\
""")


def test_a_run_that_mends():
    """What was red, in one line, with the way there."""
    assert shown(told(phase="fixing", plan=Plan("Greet."), attempts=(RED,))) == snapshot("""\
### 🟡 Greenlit reads the red CI and repairs the change · asked by @ada

- [x] Read the request and the code
- [x] Plan the change
- [x] Write it and check it
- [ ] Green on CI
- [ ] Pull request

**Plan**

Greet.

**CI** (at most 3 attempts)

| attempt | commit | CI |
|---|---|---|
| 1 | `aaaaaaa` | [🔴 `test_greeting.py::test_greet[a\\|b]`: AssertionError and 1 more](https://ci/1) |\
""")


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        (Outcome("opened", "CI is green: #8.", 8), "✅ Greenlit opened a pull request"),
        (
            Outcome("draft", "#8. CI is still red.", 8),
            "🟠 Greenlit left a draft, because CI is not green",
        ),
        (
            Outcome("asked", "Please answer:\n\n1. Which?"),
            "❔ Greenlit has a question before it writes",
        ),
        (Outcome("stopped", "I stopped because @ada said `/stop`."), "⏹️ Greenlit stopped"),
        (Outcome("refused", "This repository is archived."), "🚫 Greenlit cannot do this"),
        (Outcome("gave up", "I could not do it: it used its 80 turns."), "🔴 Greenlit gave up"),
        (Outcome("failed", "It broke."), "🔴 Greenlit failed"),
    ],
    ids=lambda value: getattr(value, "state", ""),
)
def test_a_run_that_ended(outcome, headline):
    """Each outcome has its headline and its reason; the list for the model is not told any more."""
    text = shown(told(phase="waiting", attempts=(RED,), outcome=outcome, todo=("[ ] more",)))

    assert text.startswith(f"### {headline} · asked by @ada\n\n{outcome.text}\n\n- [x] Read")
    assert ("- [x] Pull request #8" in text) is (outcome.pull == 8)
    assert "more" not in text.replace("and 1 more", "")


def test_questions_are_asked_once_and_found_again():
    """They stand in the outcome, not in the plan too; a hidden marker names the comment."""
    plan = replace(PLAN, questions=("Which word?",))
    outcome = Outcome("asked", "Please answer:\n\n1. Which word?")
    text = render_comment(told(phase="editing", plan=plan, outcome=outcome))

    assert 1 == text.count("Which word?")
    assert text.endswith("<!-- greenlit:asks -->")
    assert "greenlit:asks" not in render_comment(told(phase="editing", plan=plan))


def test_a_long_item_of_the_plan_ends_with_a_word():
    """What does not fit is left out from a word's beginning on."""
    plan = Plan("Greet.", (PlannedFile("a.py", "lower it, " + "abcdefghi " * 60),))
    text = shown(told(phase="editing", plan=plan))

    assert re.search(r"abcdefghi\.\.\.$", text)


def test_green_is_ticked():
    """When one attempt was."""
    assert "- [x] Green on CI" in render_comment(told(phase="waiting", attempts=(RED, GREEN)))
    assert "- [ ] Green on CI" in render_comment(told(phase="waiting", attempts=(RED,)))


def test_the_foot_tells_the_cost_and_how_to_stop():
    """Who asked with a command has no label to remove; who has ended cannot be stopped."""
    by_command = RunState(
        KEY,
        replace(ASKING, label=""),
        "planning",
        caps=Caps(usd=2.0),
        usage=Usage(0.126),
        turns=5,
    )
    feet = [
        render_comment(one).splitlines()[-1].split(" · ")
        for one in (
            told(phase="planning"),
            by_command,
            replace(by_command, outcome=Outcome("refused", "No.")),
        )
    ]

    assert feet == snapshot(
        [
            [
                "<sub>$0.00 of at most $5.00",
                "0 turns of the model",
                "To stop me: remove the label `autogen`, close the issue, or comment `/stop`.",
                "run `acme/greeter#7/1`</sub>",
            ],
            [
                "<sub>$0.13 of at most $2.00",
                "5 turns of the model",
                "To stop me: close the issue, or comment `/stop`.",
                "run `acme/greeter#7/1`</sub>",
            ],
            ["<sub>$0.13 of at most $2.00", "5 turns of the model", "run `acme/greeter#7/1`</sub>"],
        ]
    )


def test_the_ledger_has_a_word_for_each_state():
    """One line for each attempt; what nobody is to blame for is told in its own words."""
    dead = Failure("", "curl: (6) Could not resolve host: files.example.org", fingerprint="g")
    outage = Verdict("infrastructure", Reading("infra", "rerun", "name service", (dead,)))
    shaky = Verdict(
        "flaky", Reading("test-failure", "rerun", "pytest", (replace(FAILURE, test="test_clock"),))
    )
    attempts = [
        Attempt(Sha("1" * 40), "running"),
        Attempt(Sha("2" * 40), "silent"),
        Attempt(Sha("3" * 40), "unchecked"),
        Attempt(Sha("4" * 40), "rerun", outage, "https://ci/4"),
        Attempt(
            Sha("5" * 40),
            "red",
            Verdict("already red", Reading("crash", "fix"), {"lint": 3, "test": 0}),
        ),
        Attempt(Sha("6" * 40), "red"),
        Attempt(Sha("7" * 40), "skipped"),
        Attempt(Sha("8" * 40), "rerun", shaky),
        Attempt(Sha("9" * 40), "green", shaky),
        Attempt(Sha("a" * 40), "red", replace(shaky, why="`unit` passed at attempt 1")),
        Attempt(Sha("b" * 40), "green", outage),
    ]
    assert render_attempts(attempts) == snapshot("""\
| attempt | commit | CI |
|---|---|---|
| 1 | `1111111` | ⏳ running |
| 2 | `2222222` | ⚪ CI never reported |
| 3 | `3333333` | ⚪ no CI for pull requests |
| 4 | `4444444` | [🔁 run again: not the code: curl: (6) Could not resolve host: files.example.org](https://ci/4) |
| 5 | `5555555` | 🔴 already so before this change: lint, test |
| 6 | `6666666` | 🔴 red |
| 7 | `7777777` | ⚪ CI skipped everything |
| 8 | `8888888` | 🔁 run again: may be flaky: `test_clock`: AssertionError |
| 9 | `9999999` | 🟢 green: flaky, passed when run again: `test_clock`: AssertionError |
| 10 | `aaaaaaa` | 🔴 flaky: `test_clock`: AssertionError |
| 11 | `bbbbbbb` | 🟢 green |\
""")


def test_the_comment_is_one_and_holds_no_secret(place):
    """Edited in place, found by its hidden marker, masked as a whole."""
    issue = place.issue()
    key = RunKey(f"{place.repo.name}#{issue}/1")
    progress = RunState(key, place.asking(issue), plan=Plan("Use ghs_" + "a1" * 20))
    first = report(place.ports, progress)
    second = report(
        place.ports,
        RunState(key, place.asking(issue), "waiting", outcome=Outcome("opened", "Done.", 3)),
    )
    (text,) = place.said(issue)

    assert first.comment == second.comment
    assert "Greenlit is reading the request, $0.00." == first.line
    assert "Greenlit opened a pull request, $0.00 of at most $5.00." == second.line
    assert f"<!-- greenlit:run:{key} -->" in text
    assert "ghs_" not in text
    assert "#3" in text


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "failed",
            snapshot("""\
<!-- greenlit:run:acme/x#1/1 -->
### 🔴 Greenlit failed · asked by @ada

This is a fault of mine, not of the request: `in step push: KeyError: 'x' @ada`

Nothing was merged. Comment `/generate` to try again; whoever runs me finds the run as `acme/x#1/1`.\
"""),
        ),
        (
            "gave up",
            snapshot("""\
<!-- greenlit:run:acme/x#1/1 -->
### 🔴 Greenlit gave up · asked by @ada

in step push: KeyError: `x` `@ada`

Nothing was merged. Comment `/generate` to try again; whoever runs me finds the run as `acme/x#1/1`.\
"""),
        ),
    ],
)
def test_a_farewell_says_what_broke(place, kind, expected):
    """Where the progress stood: in place of it, once, with the run's name for whoever runs the bot."""
    issue = place.issue()
    report(place.ports, RunState(RunKey("acme/x#1/1"), place.asking(issue)))
    for _ in range(2):
        report_failure(
            place.ports,
            place.asking(issue),
            kind,
            "in step push: KeyError: `x`\n@ada",
            RunKey("acme/x#1/1"),
        )

    (text,) = place.said(issue)
    assert text == expected
