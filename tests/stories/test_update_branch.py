"""The base is merged into a pull request's branch: clean, certain, by the model, or not at all."""

from contextlib import contextmanager

import pytest

from bot.forge.claude_script import Script
from tests.git_served import git
from tests.stage import BEGIN, END, FILES, REPO, edit, script, staged

OPENING = "Solve each so that both sides keep what they meant"
CODE = 'def greet(name):\n    return "Hello " + name\n'
MINE = {"greeting.py": 'def greet(name):\n    return "Hello, " + name\n'}
YOURS = {"greeting.py": 'def greet(name):\n    return "Hello there " + name\n'}
OURS, THEIRS = '    return "Hello, " + name\n', '    return "Hello there " + name\n'
MARKED = (
    f"<<<<<<< ours\n{OURS}||||||| base\n{CODE.split(':')[1][1:]}=======\n{THEIRS}>>>>>>> theirs\n"
)
SOLVED = '    return "Hello there, " + name\n'


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage: stage(turns..., tree, settings...)."""

    @contextmanager
    def make(*turns, tree=FILES, **settings):
        play = script(*turns, opening=OPENING) if turns else Script(about=REPO, turns=())
        with staged(tmp_path, checked, play, tree, **settings) as on:
            yield on

    return make


def show(on, branch, form):
    """Tell of the branch's newest commit."""
    return git(on.forge.git_dir(REPO), "log", "-1", f"--format={form}", branch)


def test_a_clean_merge_is_pushed_and_ci_watched(stage):
    """One commit on both tips, no model, nothing forced; a second `/update` finds nothing to do."""
    with stage() as on:
        pull = on.pull("topic", {"README.md": "# Greeter\n\nIt greets.\n"})
        on.forge.push(REPO, "ada", "main", {"NEWS.md": "x\n"}, "News")
        heads = on.forge.list_branches(REPO)
        on.say(pull, "/update")
        outcome = on.ended(pull).outcome
        on.say(pull, "/update")
        again = on.ended(pull, 2).outcome

        assert ("changed", "CI is green.") == (outcome.state, outcome.text)
        assert f"{heads['topic']} {heads['main']}|Merge branch 'main' into topic" == show(
            on, "topic", "%P|%s"
        )
        assert "I merged `main` (1 commit), and pushed [`" in on.ends(pull)[0]
        assert ("unchanged", True) == (again.state, "nothing to merge" in again.text)
        assert not on.double.paid_turns


def test_conflicts_are_solved_by_rules_and_by_the_model(stage):
    """What is certain is solved first; the model solves the rest with both sides before it, half a
    solution is refused, and one commit holds all.
    """
    tree = {**FILES, "NEWS.md": "# News\n\n"}
    half = edit("<<<<<<< ours\n", "")
    rest = edit(MARKED.removeprefix("<<<<<<< ours\n"), SOLVED)
    with stage(*BEGIN, [half], END, [rest], END, tree=tree) as on:
        pull = on.pull("topic", {**MINE, "NEWS.md": "# News\n\n- A comma.\n"})
        on.forge.push(REPO, "ada", "main", {**YOURS, "NEWS.md": "# News\n\n- A title.\n"}, "Title")
        heads = on.forge.list_branches(REPO)
        on.say(pull, "/update")
        run = on.ended(pull)
        print(run.outcome)
        for body in on.own(pull):
            print(body, "\n-------")
        print(show(on, "topic", "%P%n%B"))
        assert 0
