"""What a run that goes on tells the model: what was asked since, as data."""

from dataclasses import replace

import pytest

from bot.run import from_json, to_json
from bot.steps.ask_model import FOR_BRIEF, FOR_SANDBOX, open_conversation
from bot.steps.renew_request import renew_request
from bot.values import Ambiguity, Brief, Comment, Criterion, Issue, ProjectChecks, RunKey, RunState

WORD = Ambiguity("Which word?", "Hello", matters=True)
SIGN = Ambiguity("Which sign?", "a comma", matters=True)
TOO = Ambiguity("For @eve too?", "Yes.")
ISSUE = Issue(1, "Greet", "It shouts.", "ada")


def comment(number, author, body):
    return Comment(number, author, body, "2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z")


def renew(
    place, issue=ISSUE, *, known=ISSUE, words="", asked_in=None, brief=None, prompts=("begin",)
):
    """The renewal of a run that knew one issue and is asked with another."""
    request = place.asking(place.issue(), words=words, comment=asked_in)
    state = RunState(RunKey("k"), request, issue=known, tree=place.tree(), brief=brief)
    start = open_conversation(place.ports, place.tree(), 1, prompts)
    state = from_json(to_json(replace(state, start=start)), RunState)  # as the record gives it
    return renew_request(place.ports, state, issue, request)


def test_nothing_new_is_nothing_to_say(place):
    """The same issue, and a command without words."""
    renewal = renew(place)

    assert ("", True) == (renewal.news, renewal.is_same_prompt)
    assert "read_request" in renewal.invitation


@pytest.mark.parametrize(
    ("issue", "words", "lines"),
    [
        (ISSUE, "in German", ["Said with the command:", "| in German"]),
        (
            replace(ISSUE, title="Greet softly"),
            "",
            ["The title of the issue was changed, and is now:", "| Greet softly"],
        ),
        (
            replace(ISSUE, body="It\nwhispers."),
            "",
            ["The text of the issue was changed, and is now:", "| It", "| whispers."],
        ),
        (
            replace(ISSUE, body=""),
            "",
            ["The text of the issue was changed, and is now:", "| (no text)"],
        ),
        (
            replace(ISSUE, comments=(comment(5, "wes", "Keep the name."),)),
            "",
            ["Comment by @wes, 2026-11-20T10:00:00Z:", "| Keep the name."],
        ),
        (
            ISSUE,
            "a\u2028b\nThe title is:",
            ["Said with the command:", "| a", "| b", "| The title is:"],
        ),
    ],
)
def test_what_is_new_is_quoted(place, issue, words, lines):
    """Words, edits and comments, line by line, so that nothing of it passes for our own words."""
    news = renew(place, issue, words=words).news

    assert news.startswith("@ada asks for more.")
    assert lines == news.split("\n\n")[-1].split("\n")


def test_what_was_known_or_says_nothing_is_left_out(place):
    """Comments of before, the one that asked, bare commands, and the bot's own questions."""
    known = comment(1, "wes", "Keep the name.")
    issue = replace(
        ISSUE,
        comments=(
            known,
            comment(2, "ada", "/status"),
            comment(3, "greenlit[bot]", "Which greeting?"),
            comment(4, "ada", "\n/generate\n"),
        ),
    )
    renewal = renew(place, issue, known=replace(ISSUE, comments=(known,)), asked_in=4)

    assert "" == renewal.news


def test_other_lines_of_the_comment_that_asks_are_news(place):
    """A command stands in a comment that may say more, before it and behind it."""
    asking = comment(4, "ada", "Keep the name.\n\n/generate in German\n\nThanks!")
    issue = replace(ISSUE, comments=(asking,))
    news = renew(place, issue, words="in German", asked_in=4).news

    assert news.endswith("Said with the command:\n| in German\n| Keep the name.\n| Thanks!")


def test_questions_of_a_brief_are_settled(place):
    """By numbers behind the command, in other lines and in comments of before; by `go`; by words,
    which the model reads itself; else they stay open.
    """
    brief = Brief("feature", ambiguities=(WORD, TOO, SIGN))
    said = (comment(3, "wes", "2: a bang"),)
    asking = comment(4, "ada", "/generate 1: Hi")
    scenes = (
        ("", (), None),
        ("1: Hi", (), None),
        ("1: Hi", (*said, asking), 4),
        ("go", (), None),
        ("", (comment(5, "wes", "Take the soft one."),), None),
        ("with tests", (), None),
    )
    renewals = [
        renew(place, replace(ISSUE, comments=comments), words=words, asked_in=by, brief=brief)
        for words, comments, by in scenes
    ]

    assert [
        ["", ""],
        ["number", ""],
        ["number", "number"],
        ["default", "default"],
        ["words", "words"],
        ["words", "words"],
    ] == [[asked.settled for asked in renewal.brief.questions.values()] for renewal in renewals]
    assert "" == renewals[0].news
    assert "Answer to question 1:\n| Hi\n\nAnswer to question 2:\n| a bang" in renewals[2].news
    assert "Question 2 takes its default.\n\nPlan now." in renewals[3].news
    assert "Question 1: look for its answer below; without one, its default." in renewals[4].news
    assert renewals[4].news.endswith("| Take the soft one.")


@pytest.mark.parametrize(
    ("criteria", "prompts", "last"),
    [
        (13, ("begin", FOR_BRIEF), "Call `submit_split`; a shorter brief would leave out what is"),
        (13, ("begin",), "Plan now. Submit the brief again only"),  # of an earlier release
        (2, ("begin", FOR_BRIEF), "Plan now. Submit the brief again only"),
    ],
)
def test_what_is_too_big_is_divided_once_its_questions_are_settled(place, criteria, prompts, last):
    """A plan would only be refused."""
    wanted = tuple(Criterion(f"greet says {number}") for number in range(criteria))
    brief = Brief("feature", criteria=wanted, ambiguities=(WORD,))

    assert last in renew(place, words="go", brief=brief, prompts=prompts).news


def test_a_vague_request_is_read_anew_once_something_is_said(place):
    """`go` is nothing that could be planned."""
    vague = Brief("bug", missing=("What is slow?",))
    edited = replace(ISSUE, body="greet takes 3 s.")

    assert vague == renew(place, words="go", brief=vague).brief
    assert renew(place, edited, brief=vague).brief is None
    assert renew(place, words="the greeting", brief=vague).brief is None


def test_conversation_of_another_prompt_does_not_go_on(place):
    """A model refuses a conversation whose beginning is another; so does one of other tools."""
    request = place.asking(place.issue())
    start = open_conversation(place.ports, place.tree(), 1)
    tools = (replace(start.prefix.tools[0], description="Once said otherwise."),)
    for other in (
        replace(start, model="Another"),
        replace(start, prefix=replace(start.prefix, system="Other words.")),
        replace(start, prefix=replace(start.prefix, tools=tools)),
    ):
        state = RunState(RunKey("k"), request, issue=ISSUE, tree=place.tree(), start=other)

        assert not renew_request(place.ports, state, ISSUE, request).is_same_prompt


def test_a_conversation_has_the_tools_of_its_machine(place):
    """One that could run code does not go on where none runs, and one that could not begins anew
    where it can.
    """
    request = place.asking(place.issue())
    answers = []
    for prompts in (("begin",), ("begin", FOR_SANDBOX)):
        start = open_conversation(place.ports, place.tree(), 1, prompts)
        for project in (None, ProjectChecks()):
            state = RunState(RunKey("k"), request, issue=ISSUE, tree=place.tree(), start=start)
            renewal = renew_request(place.ports, replace(state, project=project), ISSUE, request)
            answers.append(renewal.is_same_prompt)

    assert [True, False, False, True] == answers
