"""What the handler of reviews decides about an event, without doing anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.run import Ignore, Intent, StartRun
from bot.stories.handle_command import handle_command
from bot.stories.handle_review import handle_review
from bot.values import InstallationId, Repo
from bot.values.events import (
    Event,
    ReviewChanged,
    ReviewCommentCreated,
    ReviewSubmitted,
    ThreadMoved,
)
from handlers import route

REPO = Repo("acme/orders", InstallationId(1))
AT = "2026-11-20T10:00:00Z"
US = "greenlit[bot]"
REVIEW = ReviewSubmitted(
    "d1", REPO, 9, "greenlit/7-slow", "T", "B", US, "ada", False, AT, 31, "changes_requested", ""
)
COMMENT = ReviewCommentCreated(
    "d2", REPO, 9, "greenlit/7-slow", "T", "B", US, "ada", False, AT, 501, 31, "Use a set."
)


def only(event: Event) -> Intent:
    (intent,) = route(event)
    return intent


def started(event: Event) -> StartRun:
    intent = only(event)
    assert isinstance(intent, StartRun)
    return intent


def test_a_review_is_one_run_however_often_it_is_told():
    """Its key is the review's own; a redelivery under any name finds it taken."""
    intents = [started(replace(REVIEW, delivery=f"d{number}")) for number in range(50)]

    assert {"review/acme/orders#9/31"} == {intent.key for intent in intents}
    assert {handle_review} == {intent.story for intent in intents}
    assert (9, 31, True, "ada") == (
        intents[0].value.number,
        intents[0].value.review,
        intents[0].value.on_pull,
        intents[0].value.asker,
    )


@pytest.mark.parametrize("text", ["Use a set.", "please /generate", "> /generate", "thanks @ada"])
def test_a_comment_on_lines_is_heard_with_its_review(text):
    """Before the review's event or after it: by itself it starts nothing."""
    assert "with its review" in only(replace(COMMENT, text=text)).why


@pytest.mark.parametrize(
    ("text", "command", "words"),
    [
        ("/generate use a set", "generate", "use a set"),
        ("This is slow.\n\n/generate", "generate", ""),
        ("/stop", "stop", ""),
        ("/genrate it", "genrate", "it"),
    ],
)
def test_a_command_in_a_thread_is_heard_there(text, command, words):
    """The request is about those lines, and its answer stands in that thread."""
    intent = started(replace(COMMENT, text=text))
    request = intent.value

    assert (handle_command, "command/d2") == (intent.story, intent.key)
    assert (command, words, True, 501, True) == (
        request.command,
        request.words,
        request.in_thread,
        request.comment,
        request.on_pull,
    )


@pytest.mark.parametrize("state", ["approved", "commented", "changes_requested"])
def test_a_command_in_a_reviews_text_is_heard_as_in_any_comment(state):
    """In an approval too; its answer is a comment, for a review's text is no thread."""
    intent = started(replace(REVIEW, state=state, text="Fine.\n\n/generate add tests"))

    assert (handle_command, False, None) == (
        intent.story,
        intent.value.in_thread,
        intent.value.comment,
    )


@pytest.mark.parametrize("name", ["@wes", "@greenlit"])
def test_a_name_in_a_review_of_the_bots_pull_request_is_no_command(name):
    """Whoever is called there, the review is heard as a whole, and its comments with it."""
    text = f"{name} please see the comments below."

    assert handle_review == started(replace(REVIEW, text=text)).story
    assert "with its review" in only(replace(COMMENT, text=text)).why


def test_a_name_in_a_review_of_a_persons_pull_request_may_be_the_bots():
    """Reviews are not heard there, so it is told which command would be."""
    text = "@greenlit please mend this."

    for event in (REVIEW, COMMENT):
        intent = started(replace(event, pull_author="ada", text=text))

        assert (handle_command, "@greenlit") == (intent.story, intent.value.command)


def test_an_approval_starts_nothing():
    """It asks for nothing."""
    assert "an approval asks for nothing" == only(replace(REVIEW, state="approved")).why


def test_the_bot_never_hears_itself():
    """Each of its answers in a thread is a review of its own pull request."""
    assert isinstance(only(replace(REVIEW, sender=US, sender_bot=True)), Ignore)
    assert isinstance(only(replace(COMMENT, sender=US, sender_bot=True, text="/generate")), Ignore)


@pytest.mark.parametrize(
    ("sender", "author", "is_heard"),
    [
        ("coderabbitai[bot]", US, True),
        ("coderabbitai[bot]", "ada", False),
        ("ada", US, False),  # written by an App in her name
    ],
)
def test_a_bots_review_is_heard_where_the_configuration_may_name_it(sender, author, is_heard):
    """Only in a pull request of a bot; whether it is named, the story reads."""
    event = replace(REVIEW, sender=sender, sender_bot=True, pull_author=author, text="/generate")

    assert is_heard == isinstance(only(event), StartRun)


@pytest.mark.parametrize("action", ["dismissed", "edited"])
def test_a_review_that_changes_is_read_anew_by_its_run(action):
    """There is nothing to start, and nothing to tell a run that asks GitHub anyway."""
    parts = ("d3", REPO, 9, "greenlit/7-slow", "T", "B", US, "ada", False, AT)

    assert "asks GitHub" in only(ReviewChanged(*parts, 31, action)).why


@pytest.mark.parametrize("action", ["resolved", "unresolved"])
def test_a_thread_that_is_resolved_is_read_anew_by_its_run(action):
    """A thread that is opened again says in a comment what is wrong."""
    parts = ("d3", REPO, 9, "greenlit/7-slow", "T", "B", US, "ada", False, AT)

    assert "asks GitHub" in only(ThreadMoved(*parts, "T1", action)).why
