"""The one comment of a run that is edited while it lives, as people see it."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.values import (
    Attempt,
    Caps,
    Failure,
    Frame,
    Outcome,
    Plan,
    PlannedFile,
    PlannedWeakening,
    Reading,
    Retrieval,
    RunState,
    SearchHit,
    Sha,
    Usage,
    Verdict,
)
from bot.values.next_state import (
    after_end,
)
from bot.views.attempts_table import render_attempts
from bot.views.status_comment import describe_run, render_comment
from tests.gfm import GitHubPage
from tests.views.run_states import (
    FAILURE,
    GREEN,
    KEY,
    PLAN,
    PULL,
    RED,
    REQUEST,
    RUNNING,
    SPENT,
    make_end,
    make_state,
)

END_URL = "https://github.com/acme/greeter/issues/7#issuecomment-99"
PLACES = Retrieval(tuple(SearchHit(f"app/{name}.py", 1.0) for name in "abcdef"))
BUSY = make_state(
    phase="fixing",
    plan=PLAN,
    todo=("[x] greet", "[ ] test | it"),
    retrieval=PLACES,
    attempts=(RED, RUNNING),
    usage=SPENT,
    turns=5,
)


def page(state, end_url=""):
    return GitHubPage(render_comment(state, end_url))


def boxes(state):
    return [task.is_ticked for task in page(state).tasks]


def test_a_run_that_begins():
    """What it does, what comes next, how to stop it; no amount, for none is known."""
    assert page(make_state()).open_lines == snapshot(
        [
            "🟡 Greenlit is reading the request",
            "Next, as soon as I am free, I read the code and plan the change.",
            "Asked by ada.",
            "Read the request and the code",
            "Plan the change",
            "Write it and check it",
            "Green on CI",
            "Pull request",
            "To stop me, comment /stop, remove the label autogen, or close the issue. Run acme/greeter#7/1",
        ]
    )


def test_a_run_under_way_shows_little_until_it_is_unfolded():
    """State, what comes next, progress; plan, list, attempts, places and bill are folded."""
    text = render_comment(BUSY)
    busy = GitHubPage(text)

    assert text == snapshot("""\
### 🟡 Greenlit is repairing what CI found

Next, I push again and wait for CI.
Asked by ada.

- [x] Read the request and the code
- [x] Plan the change
- [x] Write it and check it
- [ ] Green on CI
- [ ] Pull request

<details><summary>Plan: 2 files</summary>

Greet in lower case.

- `app/greeting.py`: lower the word
- `test_greeting.py`: expect it
- test: greets softly
- risk: callers that compare the text

</details>

<details><summary>To do: 1 of 2 done</summary>

- [x] greet
- [ ] test | it

</details>

<details><summary>CI: attempt 2 of at most 3</summary>

| attempt | commit | CI |
|---|---|---|
| 1 | `aaaaaaa` | [🔴 `test_greeting.py::test_greet[a\\|b]`: AssertionError and 1 more](https://ci/1) |
| 2 | `ccccccc` | ⏳ running |

</details>

<details><summary>Looked first at</summary>

- `app/a.py`
- `app/b.py`
- `app/c.py`
- `app/d.py`
- `app/e.py`

</details>

<details><summary>Cost: $0.12 of at most $5.00</summary>

- 5 turns of the model
- 12,000 tokens read, 9,000 of them from the cache
- 800 tokens written

</details>

<sub>To stop me, comment `/stop`, remove the label `autogen`, or close the issue. Run `acme/greeter#7/1`</sub>\
""")
    assert len(busy.open_lines) < 20
    assert [
        "Plan: 2 files",
        "To do: 1 of 2 done",
        "CI: attempt 2 of at most 3",
        "Looked first at",
        "Cost: $0.12 of at most $5.00",
    ] == [fold.summary for fold in busy.folds]
    assert [] == busy.mentions
    assert [[["attempt", "commit", "CI"], ["1", "aaaaaaa"], ["2", "ccccccc"]]] == [
        [row[:2] if number else row for number, row in enumerate(table)] for table in busy.tables
    ]


def test_no_two_lists_join():
    """Progress, plan, to do, places and bill are lists of their own, whatever stands between."""
    assert [5, 4, 2, 5, 3] == [len(items) for items in page(BUSY).lists]


@pytest.mark.parametrize(
    ("state", "ticked"),
    [
        (make_state(), [False] * 5),
        (make_state(phase="planning"), [True, False, False, False, False]),
        (make_state(phase="editing", plan=PLAN), [True, True, False, False, False]),
        (
            make_state(phase="waiting", plan=PLAN, attempts=(RED,)),
            [True, True, True, False, False],
        ),
        (
            make_state(phase="waiting", plan=PLAN, attempts=(RED, GREEN)),
            [True, True, True, True, False],
        ),
    ],
    ids=["reading", "planning", "editing", "waiting", "green"],
)
def test_boxes_are_ticked_as_the_work_goes_on(state, ticked):
    """What is done is ticked, and nothing else."""
    assert ticked == boxes(state)


@pytest.mark.parametrize(
    ("phase", "lines"),
    [
        (
            "reading",
            snapshot(
                [
                    "🟡 Greenlit is reading the request",
                    "Next, as soon as I am free, I read the code and plan the change.",
                    "Asked by ada.",
                ]
            ),
        ),
        (
            "planning",
            snapshot(
                [
                    "🟡 Greenlit is planning the change",
                    "Next, I show the plan here and write the change.",
                    "Asked by ada.",
                ]
            ),
        ),
        (
            "editing",
            snapshot(
                [
                    "🟡 Greenlit is writing the change",
                    "Next, I check it, push it to a branch of its own, and wait for CI.",
                    "Asked by ada.",
                ]
            ),
        ),
        (
            "waiting",
            snapshot(
                [
                    "🟡 Greenlit is waiting for CI",
                    "When CI is green, I open the pull request. What is red I repair.",
                    "Asked by ada.",
                ]
            ),
        ),
        (
            "fixing",
            snapshot(
                [
                    "🟡 Greenlit is repairing what CI found",
                    "Next, I push again and wait for CI.",
                    "Asked by ada.",
                ]
            ),
        ),
    ],
)
def test_each_phase_says_what_it_does_and_what_comes_next(phase, lines):
    """In two lines, whoever asked between them."""
    assert page(make_state(phase=phase)).open_lines[:3] == lines


def test_a_pull_request_that_is_open_already_is_named():
    """Where CI runs on pull requests alone, a draft is open while it runs."""
    assert "Pull request #8" == page(make_state(phase="waiting", pull=PULL)).tasks[-1].text


def test_what_was_asked_stands_in_the_comment():
    """The words behind the command, as words: they call nobody."""
    request = replace(REQUEST, words="in German too, @eve | `x`", label="")
    asked = page(RunState(KEY, request))

    assert "Asked by ada: “in German too, @eve | x”" == asked.open_lines[2]
    assert [] == asked.mentions


def test_work_that_nobody_asked_for_says_why():
    """It is done in somebody's name, who did not ask for it."""
    request = replace(REQUEST, cause="CI turned red")
    page = GitHubPage(render_comment(make_state(request=request)))

    assert "Begun unasked, because CI turned red." == page.open_lines[2]


def test_what_must_ask_for_less_is_in_the_plan():
    """With its reason, before anything is written: whoever reads it can stop the run."""
    plan = replace(
        PLAN, weakened=(PlannedWeakening("test_greeting.py::test_loud", "nobody shouts any more"),)
    )
    items = page(make_state(plan=plan)).lists[1]

    assert "asks for less: test_greeting.py::test_loud: nobody shouts any more" in items


def test_the_plan_asks_until_the_end_has_asked():
    """Questions stand in the comment that asks them, and not twice."""
    plan = replace(PLAN, questions=("Which word?",))
    asked = Outcome("asked", "I have a question before I write.", questions=("Which word?",))

    assert "Which word?" in page(make_state(phase="editing", plan=plan)).text
    assert "Which word?" not in page(make_end(asked, plan=plan)).text


def test_a_long_item_of_the_plan_ends_with_a_word():
    """What does not fit is left out from a word's beginning on."""
    plan = Plan("Greet.", (PlannedFile("a.py", "lower it, " + "abcdefghi " * 60),))
    (item,) = page(make_state(phase="editing", plan=plan)).lists[1]

    assert item.endswith(" abcdefghi...")


@pytest.mark.parametrize(
    ("outcome", "headline"),
    [
        (Outcome("opened", "CI is green.", 8), "✅ Greenlit opened a pull request"),
        (Outcome("draft", "Still red.", 8), "🟠 Greenlit left a draft, because CI is not green"),
        (Outcome("unchanged", "Done already."), "⚪ Greenlit found nothing to change"),
        (Outcome("asked", "Please answer."), "❔ Greenlit has a question before it writes"),
        (
            Outcome("asked", "Please answer.", questions=("Which?", "When?")),
            "❔ Greenlit has questions before it writes",
        ),
        (Outcome("stopped", "I stopped, as you asked."), "⏹️ Greenlit stopped"),
        (Outcome("refused", "It is archived."), "🚫 Greenlit cannot do this"),
        (Outcome("gave up", "It is spent.", kind="budget"), "🔴 Greenlit reached a limit"),
        (Outcome("gave up", "It went in circles.", kind="loop"), "🔴 Greenlit gave up"),
        (Outcome("failed", "It broke."), "🔴 Greenlit broke down"),
    ],
    ids=lambda value: getattr(value, "state", ""),
)
def test_a_run_that_ended_points_to_its_end(outcome, headline):
    """In one line: the end is told in its own comment, and nothing of it here again."""
    ended = page(make_end(outcome), END_URL)

    assert [
        headline,
        "Asked by ada.",
        "How it ended",
        "Plan: 2 files",
        "CI: 2 attempts",
        "Cost: $0.12",
        "Run acme/greeter#7/1",
    ] == ended.open_lines
    assert ("How it ended", END_URL) in ended.links
    assert [] == ended.tasks
    assert outcome.text not in ended.text


def test_an_end_that_could_not_be_told_is_not_pointed_to():
    """There is no such comment."""
    assert "How it ended" not in page(make_end(Outcome("stopped", "I stopped."))).text


def test_a_stopped_run_has_no_attempt_that_runs():
    """What CI had not judged is not waited for any more."""
    stopped = after_end(BUSY, Outcome("stopped", "I stopped, as you asked."))
    (table,) = page(stopped).tables

    assert "⏹️ stopped" == table[2][2]
    assert "running" not in page(stopped).text


def test_the_foot_tells_how_to_stop():
    """Who asked with a command has no label to remove; who has ended cannot be stopped."""
    by_command = RunState(KEY, replace(REQUEST, label=""), "planning")
    ended = replace(by_command, outcome=Outcome("refused", "No."))
    feet = [page(state).open_lines[-1] for state in (make_state(), by_command, ended)]

    assert feet == snapshot(
        [
            "To stop me, comment /stop, remove the label autogen, or close the issue. Run acme/greeter#7/1",
            "To stop me, comment /stop, or close the issue. Run acme/greeter#7/1",
            "Run acme/greeter#7/1",
        ]
    )


def test_the_bill_counts_in_words():
    """One turn is a turn; what is less than a cent is not nothing; nothing is not told."""
    little = page(make_state(usage=Usage(0.002, 1, 0, 0, 1), turns=1))

    assert ["1 turn of the model", "1 token read, 0 of them from the cache", "1 token written"] == (
        little.lists[1]
    )
    assert "Cost: less than $0.01 of at most $5.00" == little.folds[0].summary
    assert "$" not in page(make_state()).text


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (make_state(), "Greenlit is reading the request."),
        (BUSY, "Greenlit is repairing what CI found; so far it has cost $0.12 of at most $5.00."),
        (
            make_end(Outcome("opened", "CI is green.", 8)),
            "Greenlit opened a pull request; that cost $0.12.",
        ),
        (
            replace(make_state(caps=Caps(usd=2.0)), usage=Usage(0.001)),
            "Greenlit is reading the request; so far it has cost less than $0.01 of at most $2.00.",
        ),
    ],
)
def test_a_run_is_described_in_a_sentence(state, line):
    """For whoever asks how it stands."""
    assert line == describe_run(state)


def test_the_ledger_has_a_word_for_each_state():
    """One line for each attempt; what nobody is to blame for is told in its own words."""
    dead = Failure("", "curl: (6) Could not resolve host: files.example.org", fingerprint="g")
    outage = Verdict("infrastructure", Reading("infra", "rerun", "name service", (dead,)))
    shaky = Verdict(
        "flaky", Reading("test-failure", "rerun", "pytest", (replace(FAILURE, test="test_clock"),))
    )
    placed = Failure("NameError", "", frames=(Frame("a.py", None), Frame("b.py", 3)))
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
        Attempt(Sha("6" * 40), "red", Verdict("ours", Reading("crash", "fix", failures=(placed,)))),
        Attempt(Sha("7" * 40), "skipped"),
        Attempt(Sha("8" * 40), "rerun", shaky),
        Attempt(Sha("9" * 40), "green", shaky),
        Attempt(Sha("a" * 40), "red", replace(shaky, why="`unit` passed at attempt 1")),
        Attempt(Sha("b" * 40), "green", outage),
        Attempt(Sha("c" * 40), "stopped"),
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
| 7 | `6666666` | 🔴 `NameError` at `b.py:3` |
| 8 | `7777777` | ⚪ CI skipped everything |
| 9 | `8888888` | 🔁 run again: may be flaky: `test_clock`: AssertionError |
| 10 | `9999999` | 🟢 green: flaky, passed when run again: `test_clock`: AssertionError |
| 11 | `aaaaaaa` | 🔴 flaky: `test_clock`: AssertionError |
| 12 | `bbbbbbb` | 🟢 green |
| 13 | `ccccccc` | ⏹️ stopped |\
""")
