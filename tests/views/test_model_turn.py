"""What the model did in a turn, as people read it in the terminal and on the page."""

from __future__ import annotations

from bot.tools import TOOLS
from bot.values import ToolCall, Turn, Usage
from bot.views.model_turn import ACTIONS, render_turn


def make_turn(*calls: tuple[str, dict[str, object]]) -> Turn:
    """Make a turn of these calls."""
    named = (ToolCall(str(number), *call) for number, call in enumerate(calls))
    return Turn("tools", calls=tuple(named), usage=Usage(usd=0.0123))


def test_a_turn_is_told_in_words_with_its_cost():
    """Each action once, with all that it was done to."""
    turn = make_turn(
        ("read_file", {"path": "a.py"}),
        ("find_symbol", {"name": "total"}),
        ("read_file", {"path": "b.py"}),
        ("read_file", {"path": "b.py"}),
    )

    assert "reads a.py, b.py ×2; looks up total  $0.0123" == render_turn(turn).plain


def test_a_plan_is_told_whole():
    """Its summary, then each file with what changes there."""
    plan = {"summary": "Add it.", "files": [{"path": "a.py", "change": "a total"}, "odd"]}

    assert "plans  $0.0123\nAdd it.\n- a.py: a total" == (
        render_turn(make_turn(("submit_plan", plan))).plain
    )


def test_what_is_not_said_again_leaves_no_gap():
    """An amended plan need not have a summary, nor a later `finish` a title."""
    turn = make_turn(("submit_plan", {"risks": ["slow"]}), ("finish", {}))

    assert "plans; is done  $0.0123" == render_turn(turn).plain


def test_every_tool_has_words():
    """No name of a tool is shown to people."""
    assert [] == [tool.schema.name for tool in TOOLS if tool.schema.name not in ACTIONS]


def test_an_unknown_tool_is_told_by_its_name():
    """Records outlive the tools of their time."""
    assert "run lint a.py  $0.0123" == (
        render_turn(make_turn(("run_lint", {"path": "a.py"}))).plain
    )


def test_what_the_model_writes_commands_no_terminal():
    """Escapes in a path become signs."""
    assert "\x1b" not in render_turn(make_turn(("read_file", {"path": "a\x1b[31m.py"}))).plain
