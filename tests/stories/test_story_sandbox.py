"""A run on a machine that has a sandbox: the fault is reproduced, mended and gone before the push."""

from bot.values import Subject, ToolResults
from tests.adapters.sandbox.sandboxed import OpenTier
from tests.stage import END, FILES, GOOD, PLAN, REPO, edit, script, staged

CONFIG = """\
setup: []
checks:
  test:
    run: python3 -B test_greeting.py
    kind: test
"""
TREE = {**FILES, ".github/greenlit.yml": CONFIG}
TEST = edit('startswith("Hello")', 'startswith("Hello,")', "test_greeting.py")
CHECK = ("run_check", {"name": "test"})


def test_the_fault_is_reproduced_before_the_push(tmp_path, checked):
    """The request names the check; the model sees it fail, mends, sees it pass, and one push is
    enough. What the run built in the sandbox goes with it.
    """
    begin = ([("read_request", {})], [("submit_plan", PLAN)])
    play = script(*begin, [TEST, CHECK], [GOOD, CHECK], END)
    with staged(tmp_path, checked, play, TREE, tier=OpenTier()) as on:
        issue = on.issue()
        on.label(issue)
        run = on.ended(issue)
        state = on.bot.last_state(Subject(f"{REPO}#{issue}"))

    request, _, red, green = (
        [result.text for result in message.results]
        for message in state.conversation
        if isinstance(message, ToolResults)
    )
    assert ("opened", 1) == (run.outcome.state, len(state.attempts))
    assert "by `run_check`:\n| test (as a whole only): python3 -B test_greeting.py\n" in request[0]
    assert "`test` failed in " in red[1]
    assert "\n| AssertionError: Hello Ada" in red[1]
    assert "`test` passed in " in green[1]
    assert 0.0 < state.sandbox_s
    kept = {path.name[:5] for path in (tmp_path / "bot" / "sandbox" / "workspaces").iterdir()}
    assert {"spare"} == kept  # of the tree alone, for the next run
