"""Reviews of the bot's pull requests: every thread is answered, and what is done is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager

import pytest

from bot.forge.claude_double import ClaudeDouble
from tests.pull_scenes import (
    BOT,
    BRANCH,
    list_resolved,
    on_line,
    open_own_pull,
    read_threads,
    review,
    script_on_pull,
    wait_for_run,
)
from tests.stage import FILES, FINISH, PLAN, REPO, Say, edit, staged

CHANGE = on_line("greeting.py", 3, "Use an f-string.")
QUESTION = on_line("greeting.py", 2, "Why a docstring?")
READ: Sequence[Say] = [("read_request", {})]
TEXT = edit('"Hello, " + name', 'f"Hello, {name}"')
DONE = ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True})
REASON = ("answer_thread", {"thread": 2, "text": "Our guide asks for one.", "done": False})
END = [("finish", FINISH)]


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage on which the bot has an open pull request: stage(turns, tree, settings...)."""

    @contextmanager
    def make(*turns, tree=FILES, **settings):
        play = ClaudeDouble(script_on_pull(*turns), pace=0)
        with staged(tmp_path, checked, play, tree, **settings) as on:
            pull = open_own_pull(on.forge)
            assert on.forge.wait_until_idle(30)
            yield on, pull

    return make


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
