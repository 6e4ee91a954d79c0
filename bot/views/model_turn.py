"""Say in a line for people what the model did in a turn, and what it plans."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from bot.text.terminal_text import strip_control
from bot.values import ToolCall, Turn

# What a call of each tool does. Whoever reads this knows the work, not the tools.
ACTIONS: Mapping[str, str] = {
    "read_request": "reads the request",
    "list_dir": "looks into",
    "grep": "searches for",
    "read_file": "reads",
    "find_symbol": "looks up",
    "edit_file": "edits",
    "create_file": "writes",
    "delete_file": "deletes",
    "restore_file": "takes back",
    "show_diff": "looks over its change",
    "replace_text": "replaces",
    "rename_symbol": "renames",
    "make_async": "makes async",
    "move_symbol": "moves",
    "update_todo": "notes what is left to do",
    "run_check": "runs the check",
    "run": "runs",
    "record_behaviour": "records what the code does",
    "log_lines": "reads a log",
    "log_grep": "searches a log for",
    "answer_thread": "answers thread",
    "ask_thread": "asks back in thread",
    "submit_brief": "says what is asked for",
    "prove_criteria": "says what proves it",
    "submit_split": "divides the work",
    "submit_plan": "plans",
    "submit_specification": "specifies",
    "decline_wish": "declines",
    "submit_structure": "plans the files",
    "write_file": "writes",
    "read_place": "reads the place",
    "fill_place": "writes the code",
    "finish": "is done:",
}
PLANS = ("submit_plan", "submit_structure")
OBJECTS = ("thread", "command", "path", "pattern", "name", "text", "old", "title")


def render_turn(turn: Turn) -> Text:
    """Render what was done, what it cost, and the plan where one was made."""
    line = Text(strip_control(_describe_calls(turn) or turn.why or f"stopped: {turn.stop}"))
    line.append(f"  ${turn.usage.usd:.4f}", "dim")
    for call in turn.calls:
        if call.name in PLANS:
            line.append_text(_render_plan(call.input))
    return line


def _describe_calls(turn: Turn) -> str:
    """Say each action once, with all that it was done to."""
    objects: dict[str, dict[str, int]] = {}
    for call in turn.calls:
        action = ACTIONS.get(call.name, call.name.replace("_", " "))
        counts = objects.setdefault(action, {})
        about = _describe_object(call)
        counts[about] = counts.get(about, 0) + 1
    return "; ".join(_join_objects(action, counts) for action, counts in objects.items())


def _describe_object(call: ToolCall) -> str:
    texts = (call.input.get(name) for name in OBJECTS)
    return next((str(text) for text in texts if text), "")


def _join_objects(action: str, counts: Mapping[str, int]) -> str:
    names = [f"{name} ×{count}" if count > 1 else name for name, count in counts.items() if name]
    return f"{action} {', '.join(names)}".rstrip(": ")


def _render_plan(given: Mapping[str, object]) -> Text:
    """Render the plan as the model wrote it, before anybody has checked its shape.

    One that is amended need not have a summary.
    """
    summary = strip_control(str(given.get("summary") or ""))
    text = Text(f"\n{summary}" if summary else "")
    files = given.get("files")
    if not isinstance(files, list):
        return text
    for file in files:
        if isinstance(file, dict):
            text.append(f"\n- {strip_control(str(file.get('path')))}", "cyan")
            what = file.get("change") or file.get("description")
            text.append(f": {strip_control(str(what))}")
    return text
