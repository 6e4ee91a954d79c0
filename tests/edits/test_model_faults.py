"""The promise of the applier about faulty edits: made where they belong, or refused."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bot.edits import Rejected, apply_edits
from tests.edits.model_faults import (
    BLOCKS,
    DIFFS,
    Case,
    Maker,
    block_of,
    diff_of,
    dropped,
    old_halves,
    stale,
)


@pytest.fixture(params=range(100))
def chance(request):
    """The same cases in every run: what is placed wrong is mended by kind, not met by chance."""
    return Random(request.param)


def outcome(case: Case) -> str | None:
    """The file after the edit; None when it was refused."""
    try:
        return apply_edits({case.path: case.before}, case.edit)[case.path]
    except Rejected:
        return None


def says_another_place(meant: Case, case: Case) -> bool:
    """Whether old text that lost its margin stands, as it is now written, elsewhere in the file."""
    olds = map(old_halves, (meant, case))
    return any(old != said and f"{said}\n" in case.before for old, said in zip(*olds, strict=True))


def cases(chance: Random) -> tuple[Case, Case]:
    """An edit as a diff and as blocks."""
    made = Maker(chance).case()
    context = chance.choice([1, 2, 3, 3, 3])
    return diff_of(made, context), block_of(made, context)


def test_a_fault_in_the_writing_changes_nothing_in_the_file(chance):
    """Numbers, fences, margins, blanks and line ends may be wrong: the edit is made as meant, or
    refused.
    """
    diff, block = cases(chance)
    for case in [*(fault(diff) for fault in DIFFS), *(fault(block) for fault in BLOCKS)]:
        assert outcome(case) in (case.after, None) or says_another_place(block, case)


def test_most_faults_are_forgiven(chance):
    """Where no two lines of the file are alike, none of these faults keeps the edit back."""
    made = Maker(chance, alike=False).case()
    diff, block = diff_of(made), block_of(made)
    for case in [*(fault(diff) for fault in DIFFS), *(fault(block) for fault in BLOCKS)]:
        assert case.after == outcome(case)


def test_a_file_that_moved_on_is_edited_in_the_right_place_or_not_at_all(chance):
    """A line that stays differs, or was left out: the lines around still say where, or the edit is
    refused.
    """
    made = Maker(chance, alike=False).case()
    diff, block = diff_of(made), block_of(made)
    old = stale(made, chance)
    for case in (
        dropped(diff, chance),
        replace(old, edit=diff.edit),
        replace(old, edit=block.edit),
    ):
        assert outcome(case) in (case.after, None)


def test_what_has_no_right_place_is_refused(chance):
    """Two places, an edit that was made before, a line to remove that has changed: none is guessed."""
    made = Maker(chance, alike=False).case()
    gone = [
        line
        for line in made.before.split("\n")
        if line.strip() and line not in made.after.split("\n")
    ]
    for case in (diff_of(made), block_of(made)):
        changed = [made.before.replace(gone[0], f"{gone[0]}2")] if gone else []
        twice = f"FIRST = 0\n{made.before * 2}"  # and no line stands where a diff's head says
        for before in (twice, made.after, *changed):
            assert outcome(replace(case, before=before)) is None


@pytest.mark.parametrize("seed", range(3))
def test_the_cases_differ(seed):
    """What is generated holds changes: lines that go, and lines that come."""
    made = Maker(Random(seed)).case()

    assert made.before != made.after
    assert made.edit != diff_of(made).edit
