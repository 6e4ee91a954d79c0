"""Wishes become projects that install, compile, start and pass their tests, each in its sandbox."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.forge.claude_script import Script
from tests.benchmarks.wishes import list_wishes, play_wish
from tests.tier_required import require_tier

# The cheapest wish of a language, and the program without which this machine plays none of them.
CHEAPEST = {"python_habits": "python3", "typescript_events": "npm", "go_calc": "go"}


def test_wishes_are_of_three_languages():
    """There are four of each, every one with a turn that mends what a trial showed."""
    scripts = {path.stem: Script.load(path) for path in list_wishes()}
    languages = Counter(name.partition("_")[0] for name in scripts)
    mended = [
        name
        for name, script in scripts.items()
        if any(
            text.startswith("step ") and text.endswith(" failed")
            for turn in script.turns
            for result in turn.expect.results
            for text in result.contains
        )
    ]

    assert {"python": 4, "typescript": 4, "go": 4} == languages
    assert [*scripts] == mended
    assert len(scripts) == len({script.about for script in scripts.values()})


@pytest.mark.served
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name, needed in CHEAPEST.items() if shutil.which(needed)]
)
def test_a_wish_becomes_a_project_that_works(name, tmp_path):
    """What the model got wrong is shown by plan, gates, compiler and tests, and mended."""
    require_tier(Bubblewrap())
    played = play_wish(*list_wishes([name]), tmp_path / "project")

    assert 0 == played.code, played.printed
    assert played.result.startswith("Made. ")
    assert played.trials > 1
