"""Who is heard in the reviews of a pull request, and what of them waits for an answer."""

from __future__ import annotations

import pytest

from bot.forge.review_records import NewThread, ThreadPlace
from bot.steps.find_open_threads import BOT_ROUNDS, find_open_threads
from tests.pull_scenes import BOT
from tests.stage import FILES

RABBIT = "coderabbitai[bot]"
QUIET = {"greeting.py": 'def greet(name):\n    """Greet."""\n    return "Hello, " + name\n'}


@pytest.fixture
def pull(build):
    """A pull request of the bot in a repository that hears one other bot."""
    place = build({**FILES, ".github/greenlit.yml": "reviewers: [coderabbitai[bot]]\n"})
    place.forge.push(place.repo.name, BOT, "greenlit/7-quiet", QUIET, "Greet quietly")
    number = place.forge.open_pull(place.repo.name, BOT, "greenlit/7-quiet", "Greet quietly")

    def review(by, *said, body="", action="COMMENT"):
        threads = [NewThread(ThreadPlace("greeting.py", 3), text) for text in said]
        return place.forge.submit_review(place.repo.name, number, by, action, body, threads)

    def waiting(*, is_ours=True):
        found = find_open_threads(place.ports, place.repo, number, is_ours=is_ours)
        return [thread.comments[-1].body for thread in found]

    return place, number, review, waiting


def test_writers_and_the_bots_that_are_named_are_heard(pull):
    """Triage is no write access, and no other bot is heard, the bot itself least of all."""
    _, _, review, waiting = pull
    for login in ("ada", "mel", "wes", "tim", "eve", "nan", RABBIT, "sonar[bot]", BOT):
        review(login, f"{login} asks.")

    assert ["ada asks.", "mel asks.", "wes asks.", f"{RABBIT} asks."] == waiting()
    assert [] == waiting(is_ours=False)


def test_a_bot_is_heard_for_a_few_rounds(pull):
    """Every answer in a thread is a review too, so two bots do not talk for ever. What it said in
    its first reviews is answered all the same.
    """
    _, _, review, waiting = pull
    for number in range(BOT_ROUNDS):
        review(RABBIT, f"Point {number}.")

    points = waiting()
    review(RABBIT, "And another thing.")

    assert BOT_ROUNDS == len(points)
    assert points == waiting()


def test_what_nobody_sees_or_wants_any_more_does_not_wait(pull):
    """A pending review, a dismissed one's text, a resolved thread, a deleted comment."""
    place, number, review, waiting = pull
    name = place.repo.name
    review("ada", "Not submitted.", action="")
    dismissed = review("ada", body="Please add tests.", action="REQUEST_CHANGES")
    review("wes", "Resolved.", "Deleted.", "Stays.", body="The whole is too long.")
    place.forge.dismiss_review(name, dismissed, "mel")
    comments = place.forge.list_review_comments(name, number)
    resolved, deleted = (
        next(each for each in comments if each.body == body) for body in ("Resolved.", "Deleted.")
    )
    place.forge.resolve_thread(name, resolved.thread, "ada")
    place.forge.delete_review_comment(name, deleted.id, "ada")

    assert ["Stays.", "The whole is too long."] == waiting()


def test_a_broken_configuration_names_no_bot(pull):
    """People are heard all the same; they are told of the mistake by their run."""
    place, _, review, waiting = pull
    place.forge.push(
        place.repo.name, "ada", "main", {".github/greenlit.yml": "reviewers: 7\n"}, "Break it"
    )
    review(RABBIT, "A point.")
    review("ada", "Mine.")

    assert ["Mine."] == waiting()
