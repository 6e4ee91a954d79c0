"""Ask the model for its next turn, and begin its conversation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.text.prompts import load
from bot.text.terminal_text import strip_control
from bot.tools import select_tools
from bot.tools.tree_files import TreeFiles
from bot.values import (
    Conversation,
    ConversationStart,
    DayLimit,
    PromptPrefix,
    Repo,
    ToolCall,
    Tree,
    Turn,
)


@dataclass(frozen=True, slots=True)
class TimedTurn:
    """A turn, and how long the model took for it."""

    turn: Turn
    took_s: float
    day_limit: DayLimit | None = None  # the cap of a day that did not allow the turn


def _summarize_turn(timed: TimedTurn) -> Summary:
    turn = timed.turn
    calls = Counter(map(_describe_call, turn.calls))
    names = [f"{call} ×{times}" if times > 1 else call for call, times in calls.items()]
    line = Text(strip_control(", ".join(names) or turn.why or f"stopped: {turn.stop}"))
    line.append(f"  ${turn.usage.usd:.4f}", "dim")
    for call in turn.calls:
        if call.name == "submit_plan":
            line.append_text(_describe_plan(call.input))
    return "the model", line


def _describe_call(call: ToolCall) -> str:
    names = ("path", "pattern", "name", "title")
    about = next((call.input[name] for name in names if call.input.get(name)), "")
    return f"{call.name}({about})" if about else call.name


def _describe_plan(given: Mapping[str, object]) -> Text:
    """The plan as the model wrote it, before anybody has checked its shape."""
    text = Text(f"\n{strip_control(str(given.get('summary', '')))}")
    files = given.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict):
            text.append(f"\n- {strip_control(str(file.get('path')))}", "cyan")
            text.append(f": {strip_control(str(file.get('change')))}")
    return text


@step("ask_model", _summarize_turn)
def ask_model(
    ports: Ports, repo: Repo, prefix: PromptPrefix, conversation: Conversation, budget_usd: float
) -> TimedTurn:
    """Ask for the next turn; it is recorded before its calls run, so it is paid for once.

    It costs at most what is left of the run's budget and of the day's.
    """
    began = ports.clock.now()
    day = ports.spending.find_limit(repo)
    is_day_shorter = day is not None and day.left_usd < budget_usd
    left_usd = day.left_usd if day and is_day_shorter else budget_usd
    turn = ports.model.turn(prefix, conversation, left_usd)
    ports.spending.add(repo, turn.usage.usd)
    took_s = round((ports.clock.now() - began).total_seconds(), 3)
    return TimedTurn(turn, took_s, day if is_day_shorter and turn.stop == "budget" else None)


@step("open_conversation")
def open_conversation(ports: Ports, tree: Tree, issue: int) -> ConversationStart:
    """Fix what a conversation begins with, for as long as the run lives.

    A model refuses a conversation whose beginning changed, and a deploy may change every word of
    it, so it is recorded with the run.
    """
    first_message = load("begin").render(
        repository=tree.repo.name, number=str(issue), branch=tree.branch, commit=tree.sha[:12]
    )
    nudge = load("nudge").render()
    paths = TreeFiles(ports.mirrors, tree).paths()
    return ConversationStart(build_prefix(paths), first_message, nudge, ports.model.name)


def build_prefix(paths: Iterable[str]) -> PromptPrefix:
    """Build what opens every conversation in a repository of these files.

    No date, name or id stands in it, so that the cache serves the same bytes to all runs. Tools
    that its languages cannot use are left out: there are two prefixes, with Python and without.
    """
    tools = tuple(tool.schema for tool in select_tools(paths))
    return PromptPrefix(load("system").text, tools)
