"""Answers to the questions of a brief on a pull request: which they are, and what comes of them."""

import asyncio
from dataclasses import replace

from bot.run import to_json
from bot.steps.check_earlier_work import EarlierWork
from bot.steps.renew_request import Renewal
from bot.stories.pull_answers import answers_brief, drop_known_words, join_requests
from bot.stories.resume import resume_on_pull
from bot.values import (
    Ambiguity,
    Brief,
    Issue,
    ReviewThread,
    RunState,
    ThreadComment,
    Turn,
    UserText,
)
from tests.stories.test_replay import Replay
from tests.views.run_states import KEY, PULL, REQUEST, START, TREE, make_state
from tests.views.test_pull_run import TARGET

AT = "2026-11-20T10:00:00Z"
BRIEF = Brief("feature", ambiguities=(Ambiguity("Which word?", "Hello", matters=True),))
SETTLED = replace(BRIEF, ambiguities=(replace(BRIEF.ambiguities[0], settled="default"),))
ASKED = replace(REQUEST, label="", words="make it better", number=8, on_pull=True)
EARLIER: RunState = replace(
    make_state(),
    request=ASKED,
    target=TARGET,
    pull=PULL,
    brief=BRIEF,
    start=START,
    issue=Issue(7, "Greet", "", "bob", pull=True),
    tree=TREE,
    conversation=(UserText("Begin."), Turn("tools")),
    open_finish=None,
    threads=(
        ReviewThread("T1", "a.py", (ThreadComment(5, "ada", "/generate", AT, AT),)),
        ReviewThread("T2", "a.py", (ThreadComment(6, "ada", "/generate 1: x", AT, AT),)),
    ),
)
NEW = replace(EARLIER, issue=Issue(8, "Greet", "", "ada"), brief=None)


def ask(words, **more):
    """How a later request stands."""
    return replace(NEW, request=replace(ASKED, words=words, **more))


def test_an_answer_is_known_by_its_place_or_its_numbers():
    """What is said elsewhere is a request of its own, and so is a review."""
    in_thread = replace(EARLIER, request=replace(ASKED, comment=5, in_thread=True))

    assert answers_brief(ask("say Hi"), EARLIER)
    assert answers_brief(ask("go"), in_thread)
    assert answers_brief(ask("say Hi", comment=5, in_thread=True), in_thread)
    assert answers_brief(ask("1: Hi", comment=6, in_thread=True), in_thread)
    assert not answers_brief(ask("say Hi", comment=6, in_thread=True), in_thread)
    assert not answers_brief(ask("say Hi", comment=6, in_thread=True), EARLIER)
    assert not answers_brief(ask("", review=3), EARLIER)
    assert not answers_brief(ask("go", command="fix"), EARLIER)
    assert not answers_brief(ask("go"), replace(EARLIER, brief=SETTLED))


def test_the_request_stays_what_was_asked_first():
    """Answers stand in the brief; what was missing in a request is part of it."""
    vague = replace(EARLIER, brief=replace(BRIEF, missing=("What?",), ambiguities=()))

    assert "make it better" == join_requests(ask("1: Hi"), EARLIER).words
    assert "make it better\nthe words" == join_requests(ask("the words"), vague).words
    assert "make it better" == join_requests(ask("go"), vague).words
    assert ["", "more"] == [
        drop_known_words(replace(ASKED, words=words), ASKED).words
        for words in (ASKED.words, "more")
    ]


def test_answers_are_taken_along_where_somebody_pushed():
    """The work begins anew on what stands there, with the brief as people settled it."""
    steps = [
        ("find_last_state", {"ok": to_json(EARLIER)}),
        ("check_earlier_work", {"ok": to_json(EarlierWork(PULL, "somebody else pushed"))}),
        ("renew_request", {"ok": to_json(Renewal("", "", is_same_prompt=True, brief=SETTLED))}),
    ]
    run = Replay(KEY, steps)
    state = asyncio.run(resume_on_pull(run, ask("go")))

    assert [] == run.steps
    assert (SETTLED, "make it better") == (state.brief, state.request.words)
    assert not state.is_resumed
