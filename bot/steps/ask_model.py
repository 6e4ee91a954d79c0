"""Ask the model for its next turn, and begin its conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.own_secrets import mask_conversation, mask_turn
from bot.text.prompts import load
from bot.tools import select_tools
from bot.tools.tree_files import TreeFiles
from bot.values import (
    Conversation,
    ConversationStart,
    DayLimit,
    PromptPrefix,
    Repo,
    Tree,
    Turn,
)
from bot.views.model_turn import render_turn

FOR_THREADS = "answer_threads"  # the prompt that comes with the tools for threads,
FOR_SANDBOX = "run_checks"  # the one with those that run code,
FOR_BRIEF = "write_brief"  # the one with those for a brief,
FOR_BEHAVIOUR = "keep_behaviour"  # and the one with that for what the code does


@dataclass(frozen=True, slots=True)
class TimedTurn:
    """A turn, and how long the model took for it."""

    turn: Turn
    took_s: float
    day_limit: DayLimit | None = None  # the cap of a day that did not allow the turn


def _summarize_turn(timed: TimedTurn) -> Summary:
    return "the model", render_turn(timed.turn)


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
    own = ports.own_secrets
    turn = ports.model.turn(prefix, mask_conversation(own, conversation), left_usd)
    ports.spending.add(repo, turn.usage.usd)
    took_s = round((ports.clock.now() - began).total_seconds(), 3)
    return TimedTurn(
        mask_turn(own, turn), took_s, day if is_day_shorter and turn.stop == "budget" else None
    )


@step("open_conversation")
def open_conversation(
    ports: Ports, tree: Tree, number: int, prompts: Sequence[str] = ("begin",)
) -> ConversationStart:
    """Fix what a conversation begins with, for as long as the run lives: the prompt that names the
    job, those behind it, and the tools.

    A model refuses a conversation whose beginning changed, and a deploy may change every word of
    it, so it is recorded with the run.
    """
    job, *more = map(load, prompts)
    values = {
        "repository": tree.repo.name,
        "number": str(number),
        "branch": tree.branch,
        "commit": tree.sha[:12],
    }
    # A pull request's branch may be called anything by a stranger: its prompt does not take it.
    opening = job.render(**{name: values[name] for name in job.inputs})
    first_message = "\n".join([opening, *(prompt.render() for prompt in more)])
    nudge = load("nudge").render()
    paths = TreeFiles(ports.mirrors, tree).paths()
    prefix = build_prefix(
        paths,
        has_threads=FOR_THREADS in prompts,
        has_sandbox=FOR_SANDBOX in prompts,
        asks_brief=FOR_BRIEF in prompts,
        records_behaviour=FOR_BEHAVIOUR in prompts,
    )
    return ConversationStart(prefix, first_message, nudge, ports.model.name)


def build_prefix(
    paths: Iterable[str],
    *,
    has_threads: bool = False,
    has_sandbox: bool = False,
    asks_brief: bool = False,
    records_behaviour: bool = False,
) -> PromptPrefix:
    """Build what opens every conversation in a repository of these files.

    No date, name or id stands in it, so that the cache serves the same bytes to all runs. Tools
    that its languages cannot use are left out, and those for threads where it has none.
    """
    tools = select_tools(
        paths,
        has_threads=has_threads,
        has_sandbox=has_sandbox,
        asks_brief=asks_brief,
        records_behaviour=records_behaviour,
    )
    return PromptPrefix(load("system").text, tuple(tool.schema for tool in tools))
