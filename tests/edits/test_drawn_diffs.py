"""Diffs drawn by chance: git's own are taken as git takes them, damaged ones as meant, or refused."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.edits import Rejected, apply_edits
from tests.edits.drawn_diffs import FAULTS, Change, draw_change, render_diff, strip_ends

SEEDS = 150  # for each fault
seeds = st.integers(0, 100_000)
contexts = st.sampled_from([0, 1, 3, 3, 10])


def draw(seed: int, *, awkward: bool) -> Change:
    """Draw a change that changes something."""
    chance = Random(seed)
    change = draw_change(chance, awkward=awkward)
    while change.before == change.after:
        change = draw_change(chance, awkward=awkward)
    return change


def apply_or_refuse(before: str, diff: str) -> str | None:
    """Apply the diff to the file; None where it is refused."""
    try:
        return apply_edits({"f": before}, diff).get("f")
    except Rejected:
        return None


def apply_by_git(folder: Path, before: str, diff: str, context: int) -> str | None:
    """Apply the diff by git, outside of any repository; None where git refuses."""
    (folder / "f").write_bytes(before.encode())
    options = [] if context else ["--unidiff-zero"]
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    git = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", *options],
        cwd=folder,
        input=diff.encode(),
        capture_output=True,
        check=False,
        env={"PATH": os.defpath, "GIT_CEILING_DIRECTORIES": str(folder.parent), **quiet},
    )
    return None if git.returncode else (folder / "f").read_bytes().decode()


@settings(max_examples=300, derandomize=True, deadline=None)
@given(seeds, st.booleans(), contexts)
def test_a_diff_applies_to_its_own_file(seed, awkward, context):
    """Whatever its lines look like, and however little of the file it quotes."""
    before, after = (change := draw(seed, awkward=awkward)).texts

    assert after == apply_or_refuse(before, render_diff(change, context))


@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seeds, contexts, st.sampled_from(["", "above\n", "above\nabove\n"]), st.booleans())
def test_what_git_takes_gives_the_same_bytes_or_is_refused(tmp_path, seed, context, above, twice):
    """The file has moved on: lines stand above, or everything stands twice."""
    change = draw(seed, awkward=True)
    diff = render_diff(change, context)
    before = above + change.texts[0] * (1 + twice)
    by_git = apply_by_git(tmp_path, before, diff, context)
    ours = apply_or_refuse(before, diff)

    assert ours in (by_git, None) or (above + change.texts[1] == ours and not twice)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_diff_is_taken_as_meant_or_refused(fault):
    """One fault at a time, as models make them: no line is lost, and none comes elsewhere."""
    taken = 0
    for seed in range(SEEDS):
        change = draw(seed, awkward=False)
        before, after = change.texts
        ours = apply_or_refuse(before, fault(render_diff(change, 3), Random(seed)))
        if fault is strip_ends and ours is not None:
            ours, after = (
                "\n".join(line.rstrip() for line in text.split("\n")) for text in (ours, after)
            )
        taken += ours is not None

        assert ours in (after, None), seed
    assert taken >= SEEDS // 4
