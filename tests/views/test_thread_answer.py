"""What people read in the threads that the bot answers, and of all of them in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.values import Sha, ThreadAnswer
from bot.views.thread_answer import (
    NOT_GREEN,
    SUGGESTED,
    render_answer_count,
    render_thread_answer,
)

URL = "https://github.com/acme/orders/pull/9"
DONE = ThreadAnswer("T1", "done", "I use a set now.", Sha("a" * 40))


@pytest.mark.parametrize(
    ("answer", "ci", "text"),
    [
        (DONE, "green", f"I use a set now.\n\nDone in [aaaaaaa]({URL}/commits/{'a' * 40})."),
        (
            replace(DONE, kind="applied", text="Applied to the letter."),
            "red",
            f"Applied to the letter.\n\nApplied in [aaaaaaa]({URL}/commits/{'a' * 40}).\n\n{NOT_GREEN}",
        ),
        (replace(DONE, sha=None), "", f"I use a set now.\n\n{SUGGESTED}"),
        (ThreadAnswer("T1", "declined", "It is fast enough."), "red", "It is fast enough."),
        (
            ThreadAnswer("T1", "asked", "Ask @ada: <b>which</b>?"),
            "",
            "Ask `@ada`: &lt;b>which&lt;/b>?",
        ),
    ],
)
def test_an_answer_names_its_commit_and_says_when_ci_is_not_green(answer, ci, text):
    """An answer without a change says nothing of CI; what the model writes calls nobody."""
    assert text == render_thread_answer(answer, URL, ci)


def test_answers_are_counted_by_what_came_of_them():
    """In one sentence, the commits first."""
    asked, declined = replace(DONE, kind="asked"), replace(DONE, kind="declined")

    assert "" == render_answer_count([])
    assert "I answered 1 thread with a change." == render_answer_count([DONE])
    assert "I answered 2 threads with a question." == render_answer_count([asked, asked])
    assert (
        "I answered 4 threads: 2 with a change, 1 without a change and 1 with a question."
        == render_answer_count([asked, DONE, declined, DONE])
    )
