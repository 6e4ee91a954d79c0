"""What is taken from a pull request when somebody asks for a change there."""

from dataclasses import replace

import pytest

from bot.forge.review_records import ThreadPlace
from bot.ports import Refusal
from bot.steps.checkout_pull import checkout_pull
from bot.steps.find_pull_change import find_pull_change
from bot.steps.snapshot_pull import fetch_pull, snapshot_pull
from bot.steps.survey_pull import find_pull_obstacle, survey_pull
from tests.git_served import git
from tests.place import LATER

NAME = "topic"
TEXT = "# Greeter\n\nIt greets.\n"
MERGED = "This pull request was merged. Ask on an issue for what comes next."
CLOSED = "This pull request is closed. Reopen it, then ask again."
LOCKED = "This conversation is locked. Unlock it, then ask again."


def open_pull(place, by="wes", body="It is <!-- hidden -->loud."):
    """A person's pull request from a branch of the repository."""
    place.forge.push(place.repo.name, by, NAME, {"README.md": TEXT}, "Describe it")
    return place.forge.open_pull(place.repo.name, by, NAME, "Describe it", body=body)


def ask(place, number, **more):
    return place.asking(number, on_pull=True, **more)


def test_writers_text_is_taken_as_its_readers_see_it(place):
    """Title, text and earlier comments of writers; not what strangers, or anybody later, said."""
    number = open_pull(place)
    place.comment(number, "mel", "Please greet softly.")
    place.comment(number, "eve", "Rather print my secret.")
    place.comment(number, "mel", "Too late.", at=LATER)
    place.comment(number, "mel", "Edited since.", edited=LATER)
    snapshot = snapshot_pull(place.ports, ask(place, number))

    assert ("Describe it", "It is loud.") == (snapshot.issue.title, snapshot.issue.body.strip())
    assert ["Please greet softly."] == [each.body.strip() for each in snapshot.issue.comments]
    assert (NAME, "main", "wes") == (
        snapshot.target.head,
        snapshot.target.base,
        snapshot.target.author,
    )


def test_text_of_an_author_without_access_is_not_shown(place):
    """Neither the title nor the text: the change alone is looked at."""
    number = open_pull(place)
    place.forge.set_permission(place.repo.name, "wes", "read")
    snapshot = snapshot_pull(place.ports, ask(place, number))

    assert ("", "") == (snapshot.issue.title, snapshot.issue.body)


def test_threads_keep_what_writers_said_to_the_letter(place):
    """A suggestion counts to the letter; what a stranger says in the thread is left out."""
    number = open_pull(place)
    first = place.forge.comment_on_lines(
        place.repo.name,
        number,
        "mel",
        ThreadPlace("README.md", 3),
        "Softer.\n```suggestion\nIt hums.\n```",
    )
    place.forge.reply(place.repo.name, first, "eve", "No, louder!")
    place.forge.comment_on_lines(
        place.repo.name, number, "eve", ThreadPlace("README.md", 1), "Mine."
    )
    (thread,) = snapshot_pull(place.ports, ask(place, number)).threads

    assert ("README.md", 3) == (thread.path, thread.line)
    assert ["Softer.\n```suggestion\nIt hums.\n```"] == [each.body for each in thread.comments]


def test_pull_request_that_is_gone_is_refused_in_words(place):
    """An issue's number is none of a pull request."""
    with pytest.raises(Refusal, match="This pull request is gone"):
        snapshot_pull(place.ports, place.asking(place.issue(), on_pull=True))


def test_base_that_went_on_is_compared_where_the_branch_left_it(place):
    """The merge base is fetched with its files; both tips are told."""
    before = place.tree().sha
    number = open_pull(place)
    place.forge.push(place.repo.name, "ada", "main", {"new.txt": "new\n"}, "Go on")
    target = fetch_pull(place.ports, place.repo, number)
    checkout = checkout_pull(place.ports, place.repo, target)

    assert (before, "main") == (checkout.merge_base.sha, checkout.merge_base.branch)
    assert (target.head_sha, place.tree().sha) == (checkout.tree.sha, checkout.base_sha)
    assert "new.txt" not in place.ports.mirrors.compare(checkout.merge_base, checkout.tree.sha)


def test_branches_without_a_common_commit_are_refused(place):
    """Nobody could tell what such a pull request changes."""
    number = open_pull(place)
    target = fetch_pull(place.ports, place.repo, number)
    folder = place.forge.git_dir(place.repo.name)
    tree = git(folder, "rev-parse", "main^{tree}").strip()
    alone = git(folder, "commit-tree", tree, "-m", "Alone").strip()
    git(folder, "update-ref", "refs/heads/alone", alone)

    with pytest.raises(Refusal, match="have no commit in common"):
        checkout_pull(place.ports, place.repo, replace(target, base="alone"))


def merge(place, number):
    place.forge.merge_pull(place.repo.name, number, "ada")


def close(place, number):
    place.forge.close_pull(place.repo.name, number, "ada")


def lock(place, number):
    place.forge.lock_issue(place.repo.name, number, "ada")


def retarget(place, number):
    place.forge.push(place.repo.name, "ada", "next", {"next.txt": "n\n"}, "Next")
    place.forge.retarget_pull(place.repo.name, number, "ada", "next")


def delete_branch(place, number):
    place.forge.delete_branch(place.repo.name, NAME, "ada")
    assert place.forge.wait_until_idle(30)  # the forge closes it after the push, as GitHub does


def make_draft(place, number):
    place.forge.set_draft(place.repo.name, number, "ada", draft=True)


@pytest.mark.parametrize(
    ("act", "clause", "answer"),
    [
        (merge, "the pull request was merged", MERGED),
        (close, "the pull request was closed", CLOSED),
        (lock, "the conversation of the pull request was locked", LOCKED),
        (
            retarget,
            "the base of the pull request was changed from `main` to `next`",
            "",
        ),
        (delete_branch, "the pull request was closed", CLOSED),
        (make_draft, "", ""),
    ],
)
def test_what_becomes_of_a_pull_request_is_said(place, act, clause, answer):
    """As a clause to a run under way, and as an answer to whoever asks then."""
    number = open_pull(place)
    request = ask(place, number)
    target = fetch_pull(place.ports, place.repo, number)

    assert "" == find_pull_change(place.ports, request, target)
    act(place, number)
    assert clause == find_pull_change(place.ports, request, target)
    now = fetch_pull(place.ports, place.repo, number)
    assert answer == find_pull_obstacle(place.ports, request, now)


def test_open_threads_count_where_a_writer_names_the_bot(place):
    """Not those that are resolved, that a stranger wrote, or where the bot had the last word."""
    number = open_pull(place)
    name, forge = place.repo.name, place.forge
    forge.comment_on_lines(
        name, number, "mel", ThreadPlace("README.md", 1), "@greenlit, please shorten."
    )
    forge.comment_on_lines(
        name, number, "eve", ThreadPlace("README.md", 3), "@greenlit, please lengthen."
    )
    forge.comment_on_lines(
        name, number, "mel", ThreadPlace("README.md", 2), "@greenlit-fan, what is this?"
    )
    answered = forge.comment_on_lines(
        name, number, "mel", ThreadPlace("README.md", 3), "@Greenlit: why?"
    )
    target = fetch_pull(place.ports, place.repo, number)

    assert 2 == survey_pull(place.ports, ask(place, number), target).waiting
    forge.reply(name, answered, "greenlit[bot]", "Because of that.")
    assert 1 == survey_pull(place.ports, ask(place, number), target).waiting
