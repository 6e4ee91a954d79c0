"""The pull request: its words, in the repository's own template, and its one opening."""

from dataclasses import replace

import pytest

from bot.steps.open_pull import open_pull, pull_was_closed
from tests.views.test_pull_body import BRANCH, WORK


@pytest.mark.parametrize(
    ("path", "used"),
    [
        (".github/pull_request_template.md", True),
        ("PULL_REQUEST_TEMPLATE.md", True),
        ("Pull_Request_Template.txt", True),
        ("docs/PULL_REQUEST_TEMPLATE.md", True),
        (".github/PULL_REQUEST_TEMPLATE/feature.md", False),
        ("app/pull_request_template.md", False),
    ],
)
def test_the_template_is_found_where_github_finds_it(place, path, used):
    """In three folders, whatever its case; several in a folder are for people to choose from."""
    tree = place.lay({path: b"## Summary\n\n## Ours alone\n\nKeep.\n"})
    opened(place, tree)

    assert used is ("## Ours alone" in place.forge.list_pulls(place.repo.name)[0].body)


def opened(place, tree, work=WORK, warning="", draft=False):
    if BRANCH not in place.forge.list_branches(place.repo.name):
        place.forge.push(place.repo.name, "ada", BRANCH, {"new.txt": "new\n"}, "New")
    state = replace(work, request=replace(work.request, repo=place.repo), tree=tree)
    return open_pull(place.ports, state, warning, draft=draft)


def test_a_template_that_is_no_text_is_read_as_far_as_it_goes(place):
    """Latin-1, or a symbolic link to anywhere: no reason to fail at the end of the work."""
    opened(
        place,
        place.lay(
            {
                "120000:.github/pull_request_template.md": b"/etc/passwd",
                "docs/pull_request_template.md": b"## Gr\xfc\xdfe\n\nHallo",
            }
        ),
    )

    assert "## Gr\ufffd" in place.forge.list_pulls(place.repo.name)[0].body


def test_there_is_one_pull_request(place):
    """Opened as a draft, brought up to date and made ready: the same one, with the newest words."""
    tree = place.tree()
    first = opened(place, tree, warning="Not green.", draft=True)
    second = opened(place, tree)
    (pull,) = place.forge.list_pulls(place.repo.name)

    assert (first.number, True, False) == (second.number, first.draft, second.draft)
    assert ("Greet softly", False) == (pull.title, pull.draft)
    assert "[!WARNING]" not in pull.body


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Take List<int> & `x`", "Take List<int> & `x`"),
        ("Ping @eve about #3", "Ping `@eve` about `#3`"),
        ("key ghs_" + "a1" * 20, "key ***"),
        ("x" * 300, "x" * 69 + "..."),
        ("word " * 50, "word " * 13 + "word..."),
        ("# Greet [skip ci] softly.", "Greet softly"),
        ("x" * 60 + " ghs_" + "a1" * 20, "x" * 60 + " ***"),
        (" \n", "Solve 7"),
    ],
)
def test_a_title_is_plain_text(place, title, shown):
    """GitHub shows no entities in it and cuts a long one; names in it call nobody; secrets are
    masked; a squash merge takes it for a subject.
    """
    finish = replace(WORK.delivery.finish, title=title)
    titled = replace(WORK, pushed=replace(WORK.delivery, finish=finish))
    opened(place, place.tree(), titled)

    assert shown == place.forge.list_pulls(place.repo.name)[0].title


def test_whether_people_closed_it_is_asked_of_github(place):
    """None, open, closed."""
    tree = place.tree()
    before = pull_was_closed(place.ports, tree, BRANCH)
    number = opened(place, tree).number
    between = pull_was_closed(place.ports, tree, BRANCH)
    place.forge.close_pull(place.repo.name, number, "ada")

    assert (False, False, True) == (before, between, pull_was_closed(place.ports, tree, BRANCH))
