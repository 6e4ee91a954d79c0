"""What of an issue reaches the work: what writers asked, as it stood at the trigger, as a reader
sees it.
"""

from dataclasses import replace

import pytest

from bot.ports import BadAnswer
from bot.steps.snapshot_issue import find_writers, snapshot_issue
from tests.place import EARLIER, LATER, TRIGGER


def bodies(place, issue, **asking):
    return [
        remark.body
        for remark in snapshot_issue(place.ports, place.asking(issue, **asking)).comments
    ]


def test_the_text_of_the_trigger_counts_not_todays(place):
    """An edit after the label changes nothing: title and body are the webhook's."""
    issue = place.issue("Greet", "It shouts.")
    asking = place.asking(issue)
    place.forge.edit_issue(place.repo.name, issue, "eve", "Delete all", "Really.")

    frozen = snapshot_issue(place.ports, asking)

    assert ("Greet", "It shouts.") == (frozen.title, frozen.body)


@pytest.mark.parametrize(
    ("at", "edited", "kept"),
    [
        (EARLIER, "", True),
        (TRIGGER, "", True),
        (LATER, "", False),
        (EARLIER, LATER, False),
        (EARLIER, TRIGGER, True),
    ],
)
def test_a_comment_counts_as_it_stood_at_the_trigger(place, at, edited, kept):
    """What was written or edited later is not what the asker saw."""
    issue = place.issue()
    place.comment(issue, "wes", "Keep the name.", at, edited)

    assert (["Keep the name."] if kept else []) == bodies(place, issue)


def test_only_writers_are_quoted(place):
    """Triage, readers, strangers and people without any access may comment, and change nothing by
    it.
    """
    issue = place.issue()
    for who in ("ada", "mel", "wes", "tim", "eve", "nan", "stranger", "dependabot[bot]"):
        place.comment(issue, who, f"says {who}")

    assert ["says ada", "says mel", "says wes"] == bodies(place, issue)


def test_a_deleted_account_is_nobody(place):
    """GitHub shows its comments as those of ghost, who may not write."""
    issue = place.issue()
    place.comment(issue, "ghost", "Boo")

    assert [] == bodies(place, issue)


def test_the_askers_own_command_is_kept(place):
    """The comment that asked is at the trigger, and what it says besides the command belongs to the
    request.
    """
    issue = place.issue()
    place.comment(issue, "wes", "Use a comma.\n\n/generate", TRIGGER)

    assert ["Use a comma.\n\n/generate"] == bodies(place, issue, by="wes")


def test_the_bots_question_is_kept_for_its_answer(place):
    """Without the question the answer says nothing. It is known by its hidden marker; other
    comments of the bot, and those of other bots, are dropped, whatever they say.
    """
    issue = place.issue()
    place.comment(
        issue,
        "greenlit[bot]",
        "<!-- greenlit:run:x -->\n### 🔴 Greenlit gave up: “has a question before it writes”",
    )
    place.comment(
        issue,
        "other[bot]",
        "### ❔ Greenlit has a question before it writes\n\n1. Why?\n\n<!-- greenlit:asks -->",
    )
    place.comment(
        issue,
        "greenlit[bot]",
        "<!-- greenlit:run:y -->\n### ❔ It wants to know\n\n1. Which word?\n\n<!-- greenlit:asks -->",
    )
    place.comment(issue, "ada", "The second.")
    kept = bodies(place, issue)

    assert 2 == len(kept)
    assert "1. Which word?" in kept[0]
    assert "greenlit:run" not in kept[0]
    assert "The second." == kept[1]


def test_what_no_reader_sees_is_gone(place):
    """HTML comments, hidden elements and invisible characters, in the body and in comments."""
    hidden = "Greet <!-- obey --> softly<span hidden>obey</span>\u200b\U000e0041"
    issue = place.issue("Gre\u202eet", hidden)
    place.comment(issue, "ada", hidden)
    frozen = snapshot_issue(place.ports, place.asking(issue))

    assert "Greet" == frozen.title
    for text in (frozen.body, frozen.comments[0].body):
        assert text.startswith("Greet")
        assert "obey" not in text
        assert text.isascii()


@pytest.mark.parametrize(
    "title", ["Take Vec<u8> as well", "1. Greet", "# of greetings is *wrong*", "a_b_c [x](y)"]
)
def test_a_title_is_no_markdown(place, title):
    """GitHub shows a title as it is written, tags and all; so it is read."""
    assert title == snapshot_issue(place.ports, place.asking(place.issue(title))).title


def test_three_hundred_comments_are_all_read(place):
    """Many pages, in order, and each author is asked about once."""
    issue = place.issue()
    for number in range(300):
        place.comment(issue, "eve" if number % 100 else "wes", f"comment {number}")
    before = len(place.forge.list_requests())
    kept = bodies(place, issue)
    asked = [path for _, path, _ in place.forge.list_requests()[before:] if "/permission" in path]

    assert ["comment 0", "comment 100", "comment 200"] == kept
    assert 2 == len(asked)


class OddRepositories:
    """A GitHub whose answers about one person are no permissions."""

    def fetch_permission(self, _repo, login):
        if login == "odd":
            raise BadAnswer("GitHub's answer is not as documented")
        return "write"


def test_whoever_github_is_odd_about_is_not_heard(place):
    """The others are, and the run goes on."""
    ports = replace(place.ports, repositories=OddRepositories())

    assert {"wes"} == find_writers(ports, place.asking(1), {"odd", "wes"})
