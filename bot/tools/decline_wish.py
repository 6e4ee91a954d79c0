"""Tool `decline_wish`: say why no project is made of a wish."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import Prose, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal


class DeclineWishInput(ToolInput):
    """End the job without making anything: the wish contradicts itself, says too little to tell
    what is wanted, needs what no program can do, or asks for something that harms people. Where a
    sensible reading exists, specify that instead.
    """

    reason: Prose = Field(
        min_length=10,
        description="For the person, in the language of the wish: why, and how to word a wish that "
        "can be met. Two sentences.",
    )


def run(session: ToolSession, arguments: DeclineWishInput) -> str:
    """Decline it, unless its specification was approved."""
    if session.project.is_approved:
        raise ToolRefusal("The specification was approved, so the project is wanted: go on.")
    session.making = replace(session.project, declined=arguments.reason.strip())
    return "The person is told."


DECLINE_WISH = Tool("decline_wish", DeclineWishInput, run)
