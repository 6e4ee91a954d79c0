"""The rule by which a command on a pull request is asked for a brief."""

from dataclasses import replace

import pytest

from bot.steps.brief_on_pull import PullWords, is_small_on_pull, read_pull_words
from bot.values import Comment, Retrieval, SearchHit
from tests.views.run_states import REQUEST

AT = "2026-11-20T10:00:00Z"
KNOWN = Retrieval(files=(SearchHit("greeting.py", 2.0),))
HEAD = "diff --git a/app/report.py b/app/report.py\n--- a/app/report.py\n+++ b/app/report.py\n"
SMALL = HEAD + "@@ -1,1 +1,2 @@ def month_of(day):\n+    first_day = day\n-    pass\n"
LARGE = SMALL + "+def fold(rows):\n" + "+    rows = rows\n" * 90


def judge(text, diff=LARGE, *, is_on_lines=False):
    """Whether this command skips the brief."""
    return is_small_on_pull(PullWords(text, is_on_lines), diff, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "call fold once",  # defined in the diff
        "keep first_day as it was",  # code that stands in it
        "return early when `rows` is empty",
        "let the report begin on a Monday",  # a file of it
        "leave greeting.py alone",  # found in the repository
        "add tests",  # a part of any pull request
        "fix the lint errors",
        "month_of() should take a date",
    ],
)
def test_what_speaks_of_the_pull_request_needs_no_brief(text):
    """By a name that the diff shows, or a part that a pull request has."""
    assert judge(text)


@pytest.mark.parametrize(
    "text",
    [
        "make it better",
        "improve the performance of fold",
        "use the other library",  # names nothing
        "why does fold take rows?",  # may want an answer alone
        "fold is wrong",  # says nothing that should be
        "do this in fold:\n" + "- one thing\n" * 6,
        "rework fold " + "and say it again " * 40,
    ],
)
def test_others_are_asked_for_one(text):
    """What is vague, long, many things, a question, or about nothing that is shown."""
    assert not judge(text)


def test_the_place_says_what_is_meant():
    """A small diff, or the lines of a thread; a judgement without a measure stays one."""
    assert judge("in German, please", SMALL)
    assert not judge("in German, please")
    assert judge("in German, please", is_on_lines=True)
    assert judge("why this?", is_on_lines=True)
    assert judge("", is_on_lines=True)
    assert not judge("make this nicer", SMALL, is_on_lines=True)
    assert not judge("clean this up", SMALL)
    assert judge("this is slow: 3 s, and 1 s is enough", is_on_lines=True)


def test_the_whole_comment_counts():
    """With the lines beside the command; of an edited comment only its command is known."""
    comment = Comment(5, "ada", "The report:\n/generate make it better\nIt takes 3 s.", AT, AT)
    asked = replace(REQUEST, words="make it better", comment=5)

    assert "The report:\n make it better\nIt takes 3 s." == read_pull_words(asked, (comment,))
    assert "make it better" == read_pull_words(asked, ())
