"""Work on pull requests of people: commits on top of what they pushed, and CI made green."""

from contextlib import contextmanager

import pytest

from bot.forge.claude_double import ClaudeDouble
from tests.stage import BEGIN, END, FILES, GOOD, MENDED, script, staged

OPENING = "work on pull request"
TOPIC = {"README.md": "# Greeter\n\nIt greets.\n"}
RED = {"greeting.py": 'def greet(name):\n    return "hello " + name\n'}


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage: stage(turns or a double, tree, settings...)."""

    @contextmanager
    def make(*turns, tree=FILES, **settings):
        play = turns[0] if isinstance(turns[0], ClaudeDouble) else script(*turns, opening=OPENING)
        with staged(tmp_path, checked, play, tree, **settings) as on:
            yield on

    return make


def test_words_become_a_commit_on_top(stage):
    """The branch is the person's, its text stays, and one comment tells the end."""
    with stage(*BEGIN, [GOOD], END) as on:
        pull = on.pull("topic", TOPIC)
        on.say(pull, "/generate greet more softly")
        outcome = on.ended(pull).outcome

        assert "changed" == outcome.state
        assert {"main", "topic"} == {"main"} | on.branches()


def test_red_ci_is_repaired(stage):
    """`/fix` reads why it is red, and mends it on top."""
    with stage(*BEGIN, [MENDED], END) as on:
        pull = on.pull("topic", RED)
        assert on.forge.wait_until_idle(30)
        on.say(pull, "/fix")
        outcome = on.ended(pull).outcome

        assert "changed" == outcome.state
