"""The lines of the operator's log, as two states of a run tell them."""

from dataclasses import replace

import pytest

from bot.values import (
    Approval,
    ApprovalRequest,
    Attempt,
    Branch,
    Brief,
    Criterion,
    Failure,
    Finish,
    Outcome,
    Part,
    Plan,
    PlannedFile,
    PullRequest,
    PushedChange,
    Reading,
    Resumption,
    Sha,
    Split,
    Usage,
    Verdict,
)
from bot.values.next_state import (
    after_end,
)
from bot.views.run_events import describe_answer, describe_end, list_changes
from tests.views.run_states import REQUEST, TREE, make_state

SHA, MENDED = Sha("1a2b3c4d" * 5), Sha("9f8e7d6c" * 5)
STATE = make_state()
PLAN = Plan("Greet in lower case.", (PlannedFile("a.py", "the word"),))
BRIEF = Brief("bug", criteria=(Criterion("It greets"),))
PUSHED = replace(
    STATE,
    branch=Branch("greenlit/7-greet"),
    pushed=PushedChange(SHA, Finish("Greet", "", ""), ("a.py", "b.py")),
    attempts=(Attempt(SHA, "running"),),
)
OPEN = PullRequest(8, "https://github.com/o/r/pull/8", draft=False)
ON_PULL = Resumption("This goes on with #8.", goes_on=True, has_pull=True)
READING = Reading("test-failure", "fix", failures=(Failure("AssertionError", "hello Ada"),))


def told(before, after):
    """The words and lines of what happened."""
    return [(event.name, event.text) for event in list_changes(before, after)]


def judged(state, kind="ours", jobs=("test",)):
    """The state after CI spoke of the newest attempt."""
    verdict = Verdict(kind, READING, dict.fromkeys(jobs, 1))
    return replace(PUSHED, attempts=(replace(PUSHED.attempts[0], state=state, verdict=verdict),))


CHANGES = {
    "asked": (None, STATE, '@ada asked with the label autogen: "Greet quietly"'),
    "started": (
        STATE,
        replace(STATE, tree=replace(TREE, sha=SHA)),
        "started on main at 1a2b3c4",
    ),
    "brief": (
        STATE,
        replace(STATE, brief=BRIEF),
        "read the request as a bug with 1 criterion",
    ),
    "planned": (STATE, replace(STATE, plan=PLAN), "planned 1 file: Greet in lower case."),
    "pushed": (STATE, PUSHED, "pushed 1a2b3c4 to greenlit/7-greet, 2 files"),
    "mended": (
        PUSHED,
        replace(PUSHED, attempts=(*PUSHED.attempts, Attempt(MENDED, "running"))),
        "mended: pushed 9f8e7d6, attempt 2 of at most 3",
    ),
    "ci red": (PUSHED, judged("red"), "CI is red in test: AssertionError: hello Ada"),
    "ci rerun": (
        PUSHED,
        judged("rerun", "infrastructure", ("a", "b", "c", "d")),
        "CI is red, and its failed jobs run again in a, b, c and more (infrastructure): AssertionError: hello Ada",
    ),
    "ci green": (PUSHED, judged("green"), "CI is green"),
    "ci silent": (PUSHED, judged("silent"), "CI never reported"),
    "ci slow": (PUSHED, judged("slow"), "CI did not end in time"),
    "ci skipped": (PUSHED, judged("skipped"), "CI skipped every check"),
    "ci unchecked": (PUSHED, judged("unchecked"), "the repository has no CI for pull requests"),
    "resumed": (
        STATE,
        replace(PUSHED, plan=PLAN, attempts=(), pull=OPEN, resumption=ON_PULL),
        "goes on with pull request #8: https://github.com/o/r/pull/8",
    ),
    "rechecked": (
        replace(PUSHED, attempts=()),
        PUSHED,
        "looks at CI of 1a2b3c4 again, which stands already",
    ),
    "opened": (
        PUSHED,
        replace(PUSHED, pull=OPEN),
        "opened pull request #8: https://github.com/o/r/pull/8",
    ),
    "updated": (
        replace(PUSHED, pull=PullRequest(8, "https://x/8", draft=True)),
        replace(PUSHED, pull=PullRequest(8, "https://x/8", draft=False)),
        "pull request #8 is ready for review: https://x/8",
    ),
}


@pytest.mark.parametrize(("word", "change"), CHANGES.items(), ids=CHANGES)
def test_each_change_of_a_state_is_one_line(word, change):
    """With a word for programs before it."""
    before, after, line = change

    assert [(word, line)] == told(before, after)


def test_a_state_that_is_kept_again_tells_nothing():
    """Most states only say that the work went on."""
    assert [] == told(PUSHED, replace(PUSHED, turns=5, phase="waiting"))


def test_a_brief_is_told_once():
    """That its criteria are proved says nothing new of the request."""
    proved = replace(BRIEF, criteria=(Criterion("It greets", test="test_a.py::test_b"),))

    assert [] == told(replace(STATE, brief=BRIEF), replace(STATE, brief=proved))


def test_a_run_that_goes_on_without_a_pull_request_says_so():
    """What the earlier run planned and pushed is no news."""
    state = replace(PUSHED, plan=PLAN, attempts=(), resumption=replace(ON_PULL, has_pull=False))

    assert [("resumed", "goes on where the last run ended")] == told(STATE, state)


def test_a_plan_that_asks_is_none_yet():
    """Nothing is written before the answers."""
    plan = Plan("Unsure.", questions=("Which?", "When?"))

    assert [("planned", "has 2 questions before it writes: Unsure.")] == told(
        STATE, replace(STATE, plan=plan)
    )


def test_what_nobody_waits_for_any_more_is_told_by_the_end():
    """CI itself did not stop."""
    assert [] == told(PUSHED, after_end(PUSHED, Outcome("stopped", "I stopped.")))


def test_a_line_stays_one_and_commands_no_terminal():
    """Titles are strangers' texts, of any length."""
    request = replace(REQUEST, title="a\nb\x1b[2J" + " word" * 100, label="", command="generate")
    [(_, line)] = told(None, replace(STATE, request=request))

    assert line.startswith('@ada asked with /generate: "a b\N{REPLACEMENT CHARACTER}[2J word')
    assert line.endswith(' word …"')
    assert 220 > len(line)


def test_an_end_tells_why_and_what_it_cost():
    """The numbers stand beside it for programs."""
    state = replace(STATE, turns=1, usage=Usage(usd=0.4217), attempts=PUSHED.attempts)
    event = describe_end(Outcome("draft", "#8. CI is still red.", 8), state)

    assert "ended: draft ($0.42, 1 turn): #8. CI is still red." == event.text
    assert {
        "outcome": "draft",
        "kind": "",
        "reason": "#8. CI is still red.",
        "detail": "",
        "pull": 8,
        "usd": 0.4217,
        "turns": 1,
        "attempts": 1,
    } == event.details


def test_what_only_the_operator_may_read_stands_in_the_log():
    """An error's own words are in no comment."""
    outcome = Outcome("failed", "Something broke.", detail="in step ask_model: KeyError: 'usage'")

    assert describe_end(outcome, STATE).text.endswith(
        "Something broke. [in step ask_model: KeyError: 'usage']"
    )


def test_an_answer_to_a_command_tells_who_asked():
    """What handles an event is no run, and has no state."""
    outcome = Outcome("refused", "only people with write access")
    event = describe_answer(outcome, REQUEST)

    assert (
        "refused @ada, who asked with the label autogen: only people with write access"
        == event.text
    )
    assert "done" == describe_answer(Outcome("done"), "another value").text


def test_an_approval_is_logged_with_who_gave_it():
    """And that one is waited for, with the address of what was shown."""
    before = make_state()
    asked = ApprovalRequest("plan", "abcdef0123", comment=9, url="https://x/9")
    waiting = replace(before, asked_approval=asked)
    after = replace(before, approvals=(Approval("plan", "abcdef0123", "tom"),))

    line = "waits for an approval of the plan abcdef0: https://x/9"
    assert [("waits for approval", line)] == told(before, waiting)
    assert [("approved", "@tom approved the plan abcdef0")] == told(waiting, after)


def test_parts_are_told_once():
    """How many, and what was measured."""
    before = make_state()
    split = Split((Part(1, "Keep", "Keep it."), Part(2, "Show", "Show it.")), "It has 13 criteria.")
    after = replace(before, split=split)

    assert [("split", "divided the request into 2 parts: It has 13 criteria.")] == told(
        before, after
    )
    assert [] == told(after, replace(after, split=replace(split, approved_by="ada")))
