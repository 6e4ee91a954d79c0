"""What SCALING.md says a fleet takes is what its script computes from the costs of one run."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.scaling.costs import load_costs
from deploy.scaling.day import go_through, simulate
from deploy.scaling.needs import list_needs

DEPLOY = Path(__file__).parents[2] / "deploy"
FILE = DEPLOY / "scaling" / "costs.toml"
COSTS = load_costs(FILE)


def test_the_tables_are_those_that_the_script_prints():
    """Whoever changes a cost writes the tables anew: `python -m deploy.scaling --write`."""
    command = [sys.executable, "-S", "-m", "deploy.scaling"]  # without what is installed
    done = subprocess.run(command, cwd=DEPLOY.parent, capture_output=True, text=True, check=True)

    assert done.stdout in (DEPLOY / "SCALING.md").read_text(encoding="utf-8")


def test_the_fewest_slots_are_taken():
    """With one slot fewer some run would wait longer than it may."""
    day = simulate(COSTS, 10_000)
    fewer = go_through(COSTS, 10_000, day.slots - 1)

    assert day.longest_wait_s <= COSTS.fleet.patience_s < fewer.longest_wait_s
    assert day.at_work <= day.slots


def test_the_day_is_that_of_its_runs():
    """By Little's law so many wait as come in the time that CI takes, and the mean is the day's."""
    day = simulate(COSTS, 24_000)
    attempts = COSTS.work.attempts_a_run

    assert pytest.approx(1_000 * COSTS.fleet.peak_factor, rel=0.01) == day.peak_an_hour
    assert (
        pytest.approx(day.peak_an_hour * attempts * COSTS.work.ci_s / 3600, rel=0.2) == day.waiting
    )


def test_ten_times_the_runs_take_ten_times_as_much():
    """No part is left out of what grows; only what two doors take at least does not."""
    few, many = (list_needs(COSTS, simulate(COSTS, runs)) for runs in (100_000, 1_000_000))
    growth = {title: many[title] / few[title] for title in few if title != "door processes"}

    assert {} == {title: times for title, times in growth.items() if not 8 < times < 12}


def test_a_misspelt_cost_is_named(tmp_path):
    """Whoever writes figures of their own hears which line is wrong."""
    text = FILE.read_text().replace("ci_s =", "ci_seconds =")
    path = tmp_path / "costs.toml"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"\[work\]: missing or unknown is ci_s, ci_seconds"):
        load_costs(path)
