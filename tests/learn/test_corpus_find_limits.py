"""`greenlit corpus find` keeps to limits, tries again, and goes on where it was stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "kind", ["403-secondary", "403-secondary-silent", "403-primary", "429", "429-silent"]
)
def test_limits_are_waited_for(owner, own, capsys, kind):
    """As long as GitHub says, or a minute where it says nothing; then it goes on."""
    own.forge.faults.add("POST", "graphql", kind, times=2, wait_s=7, spared=3)

    code, _, told = owner.find(capsys)

    assert (0, 600) == (code, len(owner.names()))
    limit = f"GitHub's limit is reached, on in {owner.waits[0]:.0f} s; found: 300 of 600\n"
    assert limit in told
    assert 2 == len(owner.waits)
    expected = 60 if kind.endswith("silent") else 7
    assert all(expected - 2 <= wait <= expected for wait in owner.waits)


def test_the_limit_of_points_is_kept(owner, own, capsys):
    """When all points of the hour are spent, nothing more is asked until the next hour."""
    own.forge.state.request_counts[f"Bearer {own.token}"] = 4998

    assert 0 == owner.find(capsys)[0]
    assert owner.waits
    assert all(0 < wait <= 3600 for wait in owner.waits)


@pytest.mark.parametrize("kind", ["500", "cut", "200-html", "200-other-shape"])
def test_a_failure_that_passes_is_tried_again(owner, own, capsys, kind):
    """With a smaller page and a pause; nothing is found twice."""
    own.forge.faults.add("POST", "graphql", kind, times=2, spared=1)

    code, _, told = owner.find(capsys)

    assert (0, 600) == (code, len(owner.names()))
    assert "No answer from GitHub, next try in 2 s; found: 100 of 600" in told


def test_a_failure_that_stays_ends_it_and_keeps_what_was_found(owner, own, capsys):
    """The sentence says that the same command goes on there, and so it does."""
    own.forge.faults.add("POST", "graphql", "500", times=8, spared=3)
    code, _, told = owner.find(capsys)

    assert (1, 300) == (code, len(owner.names()))
    assert "What was found is kept, and the same command goes on there." in told

    before = own.count_queries()
    code, _, told = owner.find(capsys)
    assert (0, 600) == (code, len(owner.names()))
    assert "Going on where it was stopped: 300 are found already." in told
    assert 3 == own.count_queries() - before


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_what_is_stopped_goes_on_where_it_was(owner, own, capsys, signal_number):
    """By kill -9 or Ctrl-C between two pages: the next one finds the rest and nothing twice."""
    own.forge.faults.add("POST", "graphql", "429", wait_s=600, spared=4)
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "GREENLIT_HOME": str(owner.settings["home"]),
        "GREENLIT_GITHUB_API_URL": own.api,
        "GH_TOKEN": own.token,
    }
    command = [sys.executable, "-m", "bot", "corpus", "find"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while own.forge.faults.count_fired() == 0:
        time.sleep(0.05)
    time.sleep(0.2)
    process.send_signal(signal_number)
    _, told = process.communicate(timeout=30)

    assert 400 == len(owner.names())
    if signal_number == signal.SIGINT:
        assert 130 == process.returncode
        assert "Stopped. What was found is kept, and the same command goes on there." in told
    before = own.count_queries()
    assert 0 == owner.find(capsys)[0]
    assert (600, 2) == (len(set(owner.names())), own.count_queries() - before)
