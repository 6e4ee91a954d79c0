"""The rule by which a request is asked for a brief, and by which a small and clear one is not."""

from importlib.resources import files

import pytest

from bot.steps.brief_rule import is_small_and_clear, says_too_little
from bot.values import Comment, GrepMatch, Issue, QuotedPlaces, Retrieval, SearchHit

AT = "2026-11-20T10:00:00Z"
KNOWN = Retrieval(
    files=(SearchHit("greeting.py", 2.0), SearchHit("app/reports.py", 1.0)),
    symbols=(SearchHit("greeting.py", 2.0, name="Greeter.greet"),),
)
DEMO_TITLE, _, DEMO_BODY = (
    files("bot.cli.demo")
    .joinpath("sample/polling/issue.md")
    .read_text(encoding="utf-8")
    .partition("\n")
)
LOG = "```\n" + "greet failed again and again\n" * 100 + "```\n"
THINGS = "\n".join(f"- [ ] rename `greet` to greet{number}" for number in range(6))
DONE = "\n".join(f"- [x] I looked in place {number}" for number in range(6))


def judge(title, body="", words="", retrieval=KNOWN, comments=()):
    """Whether this request skips the brief."""
    return is_small_and_clear(Issue(7, title, body, "ada", comments=comments), words, retrieval)


@pytest.mark.parametrize(
    ("title", "body", "words"),
    [
        ("Greet more quietly", "It shouts.", ""),
        (DEMO_TITLE, DEMO_BODY, ""),
        ("greet crashes on None", "", ""),
        ("The greeting is wrong", "greet(1) raises a TypeError.", ""),
        ("The greeting is too loud", "`greet` should whisper.", ""),
        ("[Bug]: greet drops the last letter", "", ""),
        ("greet is slow", "It takes 3 s, and 100 ms are enough.", ""),
        ("It shouts", "", "make greet say it in lower case"),
        ("Make greet quieter", "", "with a comma"),
        ("Bitte greet leiser machen", "", ""),
        ("greet の声を小さくする", "", ""),
        ("Could you make greet quieter?", "", ""),
        ("greet drops the last letter", DONE, ""),
        ("greet fails", f"It must not:\n\n{LOG}", ""),
    ],
)
def test_a_small_and_clear_request_needs_no_brief(title, body, words):
    """It names what is in the repository and says what should be; a log does not make it long."""
    assert judge(title, body, words)


@pytest.mark.parametrize(
    ("title", "body", "words"),
    [
        ("It is slow", "", ""),  # names nothing, and says nothing that should be
        ("greet is slow", "", ""),
        ("Make greet better", "", ""),
        ("Improve the greeting module", "", ""),
        ("The greeting doesn't work", "", ""),
        ("The greeting is loud", "", ""),
        ("Export to CSV", "There should be a button.", ""),  # names nothing that is there
        ("Does greet take None?", "", ""),  # may want an answer alone
        ("greet", "It shouts and must not.", "does it take None?"),
        ("Rework greet", "It should be so.\n\n" + "And it should be otherwise. " * 40, ""),
        ("Rename greet everywhere", THINGS, ""),
    ],
)
def test_others_are_asked_for_a_brief(title, body, words):
    """What is vague, long, many things, a question, or about nothing that was found."""
    assert not judge(title, body, words)


def test_a_quoted_text_that_was_found_is_known():
    """An error's message stands for the place that it comes from."""
    match = GrepMatch("a.py", 1, "no such month")
    found = Retrieval(quoted=(QuotedPlaces("no such month", (match,), 1, 1),))
    nowhere = Retrieval(quoted=(QuotedPlaces("no such month"),))

    assert judge("Say which month", '"no such month" should name it.', retrieval=found)
    assert not judge("Say which month", '"no such month" should name it.', retrieval=nowhere)


def test_a_word_or_two_cannot_be_understood():
    """One word; two that name nothing; the bot's own comments add nothing."""
    asked = (
        Comment(1, "greenlit[bot]", "What should be different, and where?", AT, AT),
        Comment(2, "ada", "/generate", AT, AT),
        Comment(3, "ada", "/generate", AT, AT),
    )
    said = (Comment(1, "ada", "/generate it must not shout", AT, AT),)

    assert [True, True, True, True, False, False, False] == [
        says_too_little(Issue(7, title, "", "ada", comments=comments), KNOWN)
        for title, comments in (
            ("Fix", ()),
            ("greet", ()),
            ("Please fix", ()),
            ("Fix", asked),
            ("Fix", said),
            ("Fix greet", ()),
            ("改进搜索", ()),
        )
    ]
