"""A part begins in the name of whoever asked for the whole, as long as they may still ask."""

from __future__ import annotations

from dataclasses import replace

from bot.steps.admit_part import admit_part
from bot.steps.look_at_parts import look_at_parts
from bot.steps.move_pull import is_behind, move_pull
from bot.steps.open_part import open_part
from bot.text.part_marker import read_part_marker
from bot.values import LastRun, Outcome, Part, RunKey, RunState, Split
from tests.place import Place


def test_part_is_admitted_while_its_asker_may_write_and_its_issue_is_open(place: Place):
    """Its issue is taken as people left it; who lost access is named, and so is what is closed."""
    whole, issue = place.issue(), place.issue("Write it", "As edited.")
    asked, part = place.asking(whole), Part(2, "Write it", "As proposed.", issue=issue)
    request = admit_part(place.ports, asked, part).request
    lost = admit_part(place.ports, replace(asked, asker="eve"), part)
    place.forge.close_issue(place.repo.name, issue, "ada")
    closed = admit_part(place.ports, asked, part)

    assert request is not None
    assert (issue, "ada", "Write it", "As edited.") == (
        request.number,
        request.asker,
        request.title,
        request.body,
    )
    assert f"part 2 of #{whole}" in request.cause
    assert (None, "@eve, who asked for this, may not write here any more.") == (
        lost.request,
        lost.obstacle,
    )
    assert closed.obstacle.startswith(f"#{issue} is closed.")


def test_stacked_pull_request_moves_and_is_behind_until_it_holds_the_merge(place: Place):
    """Found by the branch of the newest run; a squash of what is below leaves it behind."""
    name, forge = place.repo.name, place.forge
    whole, issue = place.issue(), place.issue()
    forge.push(name, "ada", "lower", {"lower.txt": "1\n"}, "Lower.")
    lower = forge.open_pull(name, "ada", "lower", "Lower")
    sha = forge.push(name, "ada", "lower", {"upper.txt": "2\n"}, "Upper.")
    forge.push(name, "ada", "upper", {"upper.txt": "3\n"}, "Upper.")
    upper = forge.open_pull(name, "ada", "upper", "Upper", base="lower")
    run = LastRun(RunKey("k"), is_live=False, outcome=Outcome("opened"), branch="upper")
    look = look_at_parts(place.ports, place.repo, whole, (Part(1, "T", "", issue=issue),), (run,))
    before = is_behind(place.ports, place.repo, upper, lower)
    forge.merge_pull(name, lower, "ada", "squash")
    moved = move_pull(place.ports, place.repo, upper, None)
    behind = is_behind(place.ports, place.repo, upper, lower)

    (standing,) = look.parts
    assert sha
    assert standing.pull is not None
    assert ("green", upper, "lower") == (standing.state, standing.pull.number, standing.pull.base)
    assert (False, True, True) == (before, moved, behind)
    assert "main" == forge.find_pull(name, upper).base


def test_issue_of_a_part_belongs_to_its_split(place: Place):
    """Opened once for each split: one that was made of the issue long ago has other parts."""
    whole, part = place.issue(), Part(1, "Write the table", "As it says.")
    request = place.asking(whole)
    states = [
        RunState(RunKey("k"), request, split=Split((part,), hash=letter * 64, approved_by="ada"))
        for letter in "aab"
    ]
    opened = [open_part(place.ports, state, part).number for state in states]
    issues = [place.forge.find_issue(place.repo.name, number) for number in opened]

    assert [whole + 1, whole + 1, whole + 2] == opened
    assert [(whole, 1)] * 3 == [read_part_marker(issue.body) for issue in issues if issue]
