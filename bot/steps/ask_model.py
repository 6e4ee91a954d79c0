"""Here lives a turn of the model, and the brief that stays the same through a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports
from bot.steps.tools import tools
from bot.text.prompts import load
from bot.values import Conversation, PromptPrefix, Tree, Turn


@dataclass(frozen=True, slots=True)
class TimedTurn:
    """A turn, and how long the model took."""

    turn: Turn
    took_s: float


@dataclass(frozen=True, slots=True)
class ConversationStart:
    """Our side of a conversation: what stays the same, the first words, and those for a model that
    stops early.
    """

    prefix: PromptPrefix
    first_message: str
    nudge: str


def ask_model(ports: Ports, brief: PromptPrefix, said: Conversation, purse_usd: float) -> TimedTurn:
    """The model's next turn. It is remembered before any of its calls is run, so it is paid for
    once.
    """
    began = ports.clock.now()
    turn = ports.model.turn(brief, said, purse_usd)
    return TimedTurn(turn, round((ports.clock.now() - began).total_seconds(), 3))


def open_conversation(_: Ports, tree: Tree, issue: int) -> ConversationStart:
    """What a conversation begins with, remembered with the run.

    Claude refuses a conversation whose beginning changed, and a deploy may change every word of it.
    """
    first = load("begin").render(
        repository=tree.repo.name, number=str(issue), branch=tree.branch, commit=tree.sha[:12]
    )
    return ConversationStart(build_prefix(), first, load("nudge").render())


def build_prefix() -> PromptPrefix:
    """The same bytes for every run: no date, name or id, so that the cache serves it to all of
    them.
    """
    system = load("system")
    return PromptPrefix(system.text, tools(), system.model)
