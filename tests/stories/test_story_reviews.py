"""Reviews of the bot's pull requests: every thread is answered, and what is done is resolved."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from threading import Event

import pytest

from bot.forge.claude_double import ClaudeDouble
from tests.pull_scenes import (
    BOT,
    BRANCH,
    QUIET,
    list_resolved,
    on_line,
    open_own_pull,
    read_threads,
    review,
    script_on_pull,
    wait_for_run,
)
from tests.run_record import list_steps
from tests.stage import FILES, FINISH, PLAN, REPO, Say, edit, staged
from tests.stories.test_solve_issue import SLOW

pytestmark = pytest.mark.long
CHANGE = on_line("greeting.py", 3, "Use an f-string.")
QUESTION = on_line("greeting.py", 2, "Why a docstring?")
READ: Sequence[Say] = [("read_request", {})]
TEXT = edit('"Hello, " + name', 'f"Hello, {name}"')
DONE = ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True})
REASON = ("answer_thread", {"thread": 2, "text": "Our guide asks for one.", "done": False})
END = [("finish", FINISH)]
KIND = "pull_request_review"
HEARD = ("handle_review", "work_on_pull")
NOWHERE = "http://127.0.0.1:9/github"


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage on which the bot has an open pull request: stage(turns, tree, settings...)."""

    @contextmanager
    def make(*turns, tree=FILES, make_double=ClaudeDouble, **settings):
        play = make_double(script_on_pull(*turns), pace=0)
        with staged(tmp_path, checked, play, tree, **settings) as on:
            (tmp_path / "go").touch()
            pull = open_own_pull(on.forge)
            assert on.forge.wait_until_idle(30)
            (tmp_path / "go").unlink()
            yield on, pull

    return make


class HeldDouble(ClaudeDouble):
    """Answers its first turn, and the others when it is let go."""

    def __init__(self, play, pace):
        super().__init__(play, pace=pace)
        self.may_go = Event()
        answer = self.app

        async def hold(scope, receive, send):
            if scope["type"] == "http" and self.requests:
                await asyncio.to_thread(self.may_go.wait, 60)
            await answer(scope, receive, send)

        self.app = hold


def wait_for_step(on, key, name, count=1, patience_s=60):
    """Wait until a run has done a step so many times."""
    deadline = time.monotonic() + patience_s
    while list_steps(on.settings.home, key).count(name) < count:
        assert time.monotonic() < deadline, f"{name} was not done"
        time.sleep(0.05)


def replies(on, pull):
    """What the bot said in each thread, without its hidden marker."""
    return [
        [text.partition("-->\n")[2] for author, text in thread if author == BOT]
        for thread in read_threads(on.forge, pull)
    ]


def test_a_review_with_a_change_and_a_question_is_answered(stage):
    """One commit and one green CI; each thread has its answer, what is done is resolved, the
    question is left to whoever asked, and the review is asked for again.
    """
    with stage(READ, [("submit_plan", PLAN), TEXT, DONE, REASON], END) as (on, pull):
        review(on.forge, pull, CHANGE, QUESTION)
        run = wait_for_run(on, "work_on_pull")
        sha = on.forge.list_branches(REPO)[BRANCH]
        changed, asked = replies(on, pull)

        assert "changed" == run.outcome.state
        assert [True, False] == list_resolved(on.forge, pull)
        assert ["Our guide asks for one."] == asked
        assert 1 == len(changed)
        assert changed[0].startswith(f"It is one now.\n\nDone in [{sha[:7]}](")
        assert ("ada",) == tuple(on.forge.find_pull(REPO, pull).reviewers)
        (end,) = on.ends(pull)
        assert "I answered 2 threads: 1 with a change and 1 without a change." in end
        assert "cost $" in end


def test_copies_of_deliveries_in_any_order_are_one_run(stage):
    """Fifty copies of the review's event, and those of its comments before, between and behind."""
    with stage(READ, [("submit_plan", PLAN), TEXT, DONE, REASON], END) as (on, pull):
        on.forge.set_webhook_url(on.keys, NOWHERE)
        review(on.forge, pull, CHANGE, QUESTION)
        assert on.forge.wait_until_idle(30)
        guids = {each.guid: each.event for each in on.forge.list_deliveries() if not each.status}
        copies = [guid for guid, event in guids.items() for _ in range(50 if event == KIND else 5)]
        on.forge.set_webhook_url(on.keys, on.webhooks)
        Random(5).shuffle(copies)
        with ThreadPoolExecutor(8) as pool:
            assert {202} == set(pool.map(on.forge.redeliver, copies))
        wait_for_run(on, "work_on_pull")

        assert {KIND, "pull_request_review_comment"} <= set(guids.values())
        assert (1, 1) == tuple(len(on.bot.runs(99, story=story)) for story in HEARD)
        assert [1, 1] == [len(said) for said in replies(on, pull)]
        assert [True, False] == list_resolved(on.forge, pull)


def test_reviews_within_a_minute_are_one_run(stage, tmp_path):
    """The run takes up all that waits when it begins, and again before it ends."""
    late = ("answer_thread", {"thread": 3, "text": "It is polite.", "done": False})
    turns = (READ, [("submit_plan", PLAN), TEXT, DONE, REASON], END, [late, ("finish", {})])
    with stage(*turns, tree=FILES | SLOW) as (on, pull):
        on.forge.set_permission(REPO, "wes", "write")
        with on.forge.state.lock:
            review(on.forge, pull, CHANGE)
            review(on.forge, pull, QUESTION, by="wes", action="COMMENT")
        wait_for_step(on, f"{REPO}#{pull}/1", "fetch_checks", 2)
        review(on.forge, pull, on_line("greeting.py", 1, "Why this name?"), action="COMMENT")
        wait_for_step(on, f"{REPO}#{pull}/1", "use_tools", 4)  # while CI is waited for
        (tmp_path / "go").touch()
        wait_for_run(on, "handle_review", 3)
        (run,) = on.bot.runs(20, story="work_on_pull")

        assert "changed" == run.outcome.state
        assert [1, 1, 1] == [len(said) for said in replies(on, pull)]
        assert ["It is polite."] == replies(on, pull)[2]
        assert 2 == len(on.forge.list_branches(REPO))
        assert {"ada", "wes"} == set(on.forge.find_pull(REPO, pull).reviewers)


def test_a_bot_that_the_repository_names_is_answered(stage):
    """It is written to without being called, and is not asked for another review."""
    tree = FILES | {".github/greenlit.yml": "reviewers: [coderabbitai[bot]]\n"}
    one = ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True})
    with stage(READ, [("submit_plan", PLAN), TEXT, one], END, tree=tree) as (on, pull):
        review(on.forge, pull, CHANGE, by="coderabbitai[bot]", action="COMMENT")
        run = wait_for_run(on, "work_on_pull")

        assert "changed" == run.outcome.state
        assert [True] == list_resolved(on.forge, pull)
        assert "@coderabbitai" not in "".join(on.own(pull))
        assert [] == [path for _, path, _ in on.forge.list_requests() if "reviewers" in path]


def test_a_review_is_answered_with_words_alone(stage):
    """Nothing is pushed and no CI is waited for; what a review says of the whole is answered in the
    comment at the end.
    """
    ask = ("ask_thread", {"thread": 1, "text": "Which one?"})
    body = ("answer_thread", {"thread": 2, "text": "Ada asked for it.", "done": False})
    with stage(READ, [ask, body, ("finish", FINISH)]) as (on, pull):
        head = on.forge.list_branches(REPO)[BRANCH]
        review(on.forge, pull, CHANGE, body="Who wanted this?")
        run = wait_for_run(on, "work_on_pull")

        assert "unchanged" == run.outcome.state
        assert head == on.forge.list_branches(REPO)[BRANCH]
        assert [["Which one?"]] == replies(on, pull)
        assert [False] == list_resolved(on.forge, pull)
        (end,) = on.ends(pull)
        assert "I answered 2 threads: 1 without a change and 1 with a question." in end
        assert "> Who wanted this?\n\nAda asked for it." in end


def test_who_comes_back_to_an_answer_resolves_the_thread(stage):
    """A reply in a thread is a review of its own; its author disagreed, so the bot leaves the thread
    open although its lines were changed.
    """
    one = ("answer_thread", {"thread": 1, "text": "Now it is.", "done": True})
    with stage(READ, [("submit_plan", PLAN), TEXT, one], END) as (on, pull):
        on.forge.set_webhook_url(on.keys, NOWHERE)
        review(on.forge, pull, CHANGE)
        (comment,) = on.forge.list_review_comments(REPO, pull)
        on.forge.reply(REPO, comment.id, BOT, "It is fine as it is.")
        assert on.forge.wait_until_idle(30)
        on.forge.set_webhook_url(on.keys, on.webhooks)
        on.forge.reply(REPO, comment.id, "ada", "No, do it.")
        run = wait_for_run(on, "work_on_pull")

        assert "changed" == run.outcome.state
        assert "Now it is." == replies(on, pull)[0][-1].split("\n")[0]
        assert [False] == list_resolved(on.forge, pull)


def test_red_ci_leaves_threads_open(stage):
    """The answers say that CI is not green, and nothing is resolved."""
    bad = edit('"Hello, " + name', '"hello, " + name')
    one = ("answer_thread", {"thread": 1, "text": "Lower case now.", "done": True})
    tree = FILES | {".github/greenlit.yml": "attempts: 1\n"}
    turns = (READ, [("submit_plan", PLAN), bad, one], END)
    with stage(*turns, tree=tree) as (on, pull):
        review(on.forge, pull, CHANGE)
        run = wait_for_run(on, "work_on_pull")

        assert "red" == run.outcome.state
        assert [False] == list_resolved(on.forge, pull)
        ((answer,),) = replies(on, pull)
        assert "CI is not green on it, so this thread stays open." in answer
        assert () == tuple(on.forge.find_pull(REPO, pull).reviewers)


def test_what_was_pushed_is_answered_although_the_model_gives_up(stage):
    """A suggestion that was applied says so in its thread; the question is left to the next run."""
    suggestion = on_line("greeting.py", 3, 'So?\n```suggestion\n    return f"Hello, {name}"\n```\n')
    with stage(["I stop."], ["I stop."], ["I stop."]) as (on, pull):
        review(on.forge, pull, suggestion, QUESTION)
        run = wait_for_run(on, "work_on_pull")
        applied, asked = replies(on, pull)

        assert "gave up" == run.outcome.state
        assert 1 == len(applied)
        assert "CI has not judged it yet, so this thread stays open." in applied[0]
        assert [] == asked
        assert [False, False] == list_resolved(on.forge, pull)


def test_what_people_do_meanwhile_is_respected(stage, tmp_path):
    """A thread that was resolved or deleted, a comment that came behind: nothing is doubled, and
    nobody's thread is closed over their head.
    """
    third = on_line("greeting.py", 1, "Rename it.")
    three = ("answer_thread", {"thread": 3, "text": "It is the public name.", "done": False})
    turns = (READ, [("submit_plan", PLAN), TEXT, DONE, REASON, three], END)
    with stage(*turns, tree=FILES | SLOW) as (on, pull):
        review(on.forge, pull, CHANGE, QUESTION, third)
        wait_for_step(on, f"{REPO}#{pull}/1", "fetch_checks", 2)
        comments = on.forge.list_review_comments(REPO, pull)
        on.forge.delete_review_comment(REPO, comments[2].id, "ada")
        on.forge.resolve_thread(REPO, comments[1].thread, "ada")
        on.forge.reply(REPO, comments[0].id, "eve", "I disagree!")
        (tmp_path / "go").touch()
        run = wait_for_run(on, "work_on_pull")

        assert "changed" == run.outcome.state
        assert [1, 1] == [len(said) for said in replies(on, pull)]
        assert [False, True] == list_resolved(on.forge, pull)
        (end,) = on.ends(pull)
        assert "I answered 2 threads: 1 with a change and 1 without a change." in end


def test_a_pull_request_closed_meanwhile_ends_the_run(stage, tmp_path):
    """In a sentence; no thread is answered then."""
    turns = (READ, [("submit_plan", PLAN), TEXT, DONE], END)
    with stage(*turns, tree=FILES | SLOW) as (on, pull):
        review(on.forge, pull, CHANGE)
        wait_for_step(on, f"{REPO}#{pull}/1", "fetch_checks", 2)
        on.forge.close_pull(REPO, pull, "ada")
        run = wait_for_run(on, "work_on_pull")

        assert "stopped" == run.outcome.state
        assert [[]] == replies(on, pull)


def test_a_stopped_run_is_not_begun_anew_for_a_review(stage):
    """Whoever said `/stop` meant the reviews that waited for the run, too."""
    turns = (READ, [("submit_plan", PLAN), TEXT, DONE], END)
    with stage(*turns, make_double=HeldDouble) as (on, pull):
        review(on.forge, pull, CHANGE)
        wait_for_step(on, f"{REPO}#{pull}/1", "use_tools")
        late = review(on.forge, pull, QUESTION, action="COMMENT")
        wait_for_step(on, f"review/{REPO}#{pull}/{late}", "signal")  # it waits for the run now
        on.say(pull, "/stop")
        on.double.may_go.set()
        wait_for_run(on, "handle_review", 2)
        (run,) = on.bot.runs(20, story="work_on_pull")

        assert "stopped" == run.outcome.state
        assert [[], []] == replies(on, pull)


def test_a_command_in_a_thread_is_answered_there(stage):
    """In a pull request of a person too: the request is about those lines."""
    one = ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True})
    with stage(READ, [("submit_plan", PLAN), TEXT, one], END) as (on, _):
        on.forge.push(REPO, "ada", "topic", QUIET, "Greet")
        pull = on.forge.open_pull(REPO, "ada", "topic", "Greet quietly")
        assert on.forge.wait_until_idle(30)
        review(on.forge, pull, on_line("greeting.py", 3, "/generate use an f-string"), QUESTION)
        run = wait_for_run(on, "work_on_pull")
        wait_for_run(on, "handle_review")

        assert "changed" == run.outcome.state
        changed, other = replies(on, pull)
        assert (1, 0) == (len(changed), len(other))
        assert [True, False] == list_resolved(on.forge, pull)
        assert 1 == len(on.bot.runs(20, story="work_on_pull"))


def test_a_branch_that_people_use_again_is_theirs(stage):
    """A run on one pull request from it does not make the next one the bot's own."""
    with stage(READ, [("submit_plan", PLAN), TEXT], END) as (on, _):
        on.forge.push(REPO, "ada", "topic", QUIET, "Greet")
        first = on.forge.open_pull(REPO, "ada", "topic", "Greet quietly")
        on.say(first, "/generate use an f-string")
        wait_for_run(on, "work_on_pull")
        on.forge.close_pull(REPO, first, "ada")
        second = on.forge.open_pull(REPO, "ada", "topic", "Greet again")
        review(on.forge, second, CHANGE)
        heard = wait_for_run(on, "handle_review")

        assert "the pull request is not mine" == heard.outcome.text
        assert 1 == len(on.bot.runs(20, story="work_on_pull"))
