"""Killed while the repository's checks run, nothing of them stays, and the run goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from tests.crash.test_crash import ended, killable
from tests.gfm import GitHubPage
from tests.stage import BEGIN, END, FILES, GOOD, REPO, edit, script
from tests.tier_required import require_tier

PAUSE = "sleep 0.7531"  # a name of its own among the processes of this machine
CONFIG = f"""\
setup: []
checks:
  test:
    run: {PAUSE}; python3 -B test_greeting.py
    only: python3 -B {{only}}
    kind: test
"""
TREE = {**FILES, ".github/greenlit.yml": CONFIG}
TEST = edit('startswith("Hello")', 'startswith("Hello,")', "test_greeting.py")
KILLS = 2
PATIENCE_S = 60


def is_checking():
    """Whether the pause of a check is among the processes."""
    wanted = PAUSE.replace(" ", "\0").encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if process.read_bytes().startswith(wanted):
                return True
        except OSError:  # it has ended
            continue
    return False


def wait_until(state):
    deadline = time.monotonic() + PATIENCE_S
    while is_checking() != state:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_killed_while_a_check_runs(tmp_path, checked):
    """The check ends with the bot that started it, and runs again: one push, shown as before."""
    require_tier(Bubblewrap())
    play = script(*BEGIN, [TEST, GOOD], END)
    with killable(tmp_path, checked, play, TREE, sandbox="bubblewrap") as on:
        issue = on.forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
        on.forge.add_label(REPO, issue, "autogen", "ada")
        for _ in range(KILLS):
            wait_until(state=True)
            on.kill()
            wait_until(state=False)
        ended(on)
        (pull,) = on.forge.list_pulls(REPO)
        steps, outcome = on.steps(), on.outcome()

    assert ("opened", 1) == (outcome, steps.count("push"))
    assert (1, 1) == (steps.count("prove_change"), steps.count("run_local_checks"))
    assert "test_greeting.py fails on main with" in GitHubPage(pull.body).text
    assert max(on.double.paid_turns.values()) == 1
