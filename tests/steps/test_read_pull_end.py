"""How a pull request of the bot ended: compared by git, and asked of its comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.adapters.git.mirrors import GitMirrors
from bot.steps.read_pull_end import read_pull_end
from bot.values import PullEnd
from tests.place import Place

BOT = "greenlit[bot]"
OLD = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"
WRITTEN = OLD.replace("two\n", "TWO\nmore\n")
BRANCH = "greenlit/7-greet"


@pytest.fixture
def shop(build) -> Place:
    """A repository with one file, and the bot's pull request that changes it."""
    place: Place = build({"app.py": OLD, "README.md": "# Shop\n"})
    push(place, {"app.py": WRITTEN, "new.py": "x = 1\n"}, BOT)
    place.forge.open_pull(place.repo.name, BOT, BRANCH, "Greet quietly")
    return place


def push(place: Place, files: Mapping[str, str | None], by: str, branch: str = BRANCH) -> None:
    """Push a commit, which moves a pull request soon."""
    place.forge.push(place.repo.name, by, branch, files, "Change")
    assert place.forge.wait_until_idle(30)


def read_end(place: Place, by: str = "ada") -> PullEnd:
    """How the newest pull request ended."""
    pull = place.ports.reviews.fetch_pull(place.repo, find_number(place))
    assert pull is not None
    return read_pull_end(place.ports, place.repo, pull, by)


def find_number(place: Place) -> int:
    return place.forge.list_pulls(place.repo.name)[-1].number


def merge(place: Place, method: str = "merge") -> PullEnd:
    """Merge the pull request, and read its end."""
    place.forge.merge_pull(place.repo.name, find_number(place), "ada", method)  # type: ignore[arg-type]
    return read_end(place)


@pytest.mark.long
@pytest.mark.parametrize("method", ["merge", "squash"])
def test_what_people_changed_until_the_merge_is_read(shop, method):
    """By lines, with what came in their place; what the base changed meanwhile is not theirs."""
    push(shop, {"app.py": OLD.replace("ten", "10")}, "wes", "main")
    push(shop, {"app.py": WRITTEN.replace("more", "less"), "notes.md": "wes"}, "wes")
    end = merge(shop, method)
    changed, untouched = end.files

    assert end.is_merged
    assert (2, 1) == (end.kept, end.changed)
    assert ("app.py", 1, 1) == (changed.path, changed.kept, changed.changed)
    assert "-more\n+less\n" in changed.diff
    assert "10" not in changed.diff
    assert ("new.py", 1, 0, "") == (
        untouched.path,
        untouched.kept,
        untouched.changed,
        untouched.diff,
    )


@pytest.mark.long
def test_a_rebase_and_a_push_to_the_base_are_read_too(shop):
    """Neither leaves a commit that joins both."""
    push(shop, {"app.py": WRITTEN.replace("more", "less")}, "wes")
    pull = shop.ports.reviews.fetch_pull(shop.repo, find_number(shop))
    push(shop, {"README.md": "# The shop\n"}, "wes", "main")
    push(shop, {"app.py": WRITTEN, "new.py": "x = 1\n"}, BOT, "main")  # each commit once more
    rebased = push_and_find(shop, {"app.py": WRITTEN.replace("more", "less")}, "main")
    merged = replace(pull, is_merged=True, is_open=False, closed_at="2099-01-01T00:00:00Z")
    for merge_sha in (rebased, pull.head_sha):
        end = read_pull_end(shop.ports, shop.repo, replace(merged, merge_sha=merge_sha), "ada")

        assert (2, 1) == (end.kept, end.changed)


def push_and_find(place: Place, files: Mapping[str, str | None], branch: str) -> str:
    return place.forge.push(place.repo.name, "wes", branch, files, "Change")


def test_what_was_merged_as_written_teaches_nothing(shop):
    """All lines were kept."""
    end = merge(shop)

    assert (3, 0, False) == (end.kept, end.changed, end.teaches)


def test_a_branch_that_was_rewritten_without_the_bot_tells_nothing(shop):
    """There is no commit of the bot to compare with."""
    pull = shop.ports.reviews.fetch_pull(shop.repo, find_number(shop))
    push(shop, {"app.py": OLD}, "wes", "other")
    theirs = replace(pull, head_sha=shop.forge.list_branches(shop.repo.name)["other"])
    end = read_pull_end(shop.ports, shop.repo, replace(theirs, is_merged=True), "ada")

    assert () == end.files


@pytest.mark.long
def test_the_end_is_read_on_a_machine_without_a_mirror(shop, tmp_path):
    """All that it needs is fetched: the branch may be gone, the bot may have moved."""
    push(shop, {"app.py": WRITTEN.replace("more", "less")}, "wes")
    merge(shop, "squash")
    shop.forge.delete_branch(shop.repo.name, BRANCH, "ada")
    elsewhere = replace(shop.ports, mirrors=GitMirrors(tmp_path, ("http",)))
    end = read_end(replace(shop, ports=elsewhere))

    assert (2, 1) == (end.kept, end.changed)


def test_the_reason_of_a_close_is_a_writers_comment_near_it(shop):
    """Neither a stranger's, nor a command, nor one from long ago."""
    number = find_number(shop)
    shop.comment(number, "wes", "Looks fine to me.", at="2020-01-01T00:00:00Z")
    shop.forge.add_comment(shop.repo.name, number, "eve", "I never liked it.")
    shop.forge.add_comment(shop.repo.name, number, "wes", "We do it otherwise. <!-- hidden -->")
    shop.forge.add_comment(shop.repo.name, number, "wes", "/stop")
    shop.forge.close_pull(shop.repo.name, number, "wes")
    end = read_end(shop, "wes")

    assert (False, "We do it otherwise.", "wes") == (end.is_merged, end.reason, end.reason_by)
    assert end.teaches


def test_a_close_without_a_word_has_no_reason(shop):
    """Nobody says why."""
    shop.forge.close_pull(shop.repo.name, find_number(shop), "wes")
    end = read_end(shop, "wes")

    assert ("", False) == (end.reason, end.teaches)
