"""Here lives a turn of the model, and the brief that stays the same through a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.prompt import load
from bot.steps.tools import tools
from bot.values import Brief, Conversation, Turn
from bot.world import World


@dataclass(frozen=True, slots=True)
class Thought:
    """A turn, and how long the model took."""

    turn: Turn
    took_s: float


def think(world: World, said: Conversation, purse_usd: float) -> Thought:
    """The model's next turn. It is remembered before any of its calls is run, so it is paid for once."""
    began = world.clock.now()
    turn = world.model.turn(brief(), said, purse_usd)
    return Thought(turn, round((world.clock.now() - began).total_seconds(), 3))


def brief() -> Brief:
    """The same bytes for every run: no date, name or id, so that the cache serves it to all of them."""
    system = load("system")
    return Brief(system.text, tools(), system.model)
