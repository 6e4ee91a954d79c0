"""Tool `ask_thread`: ask back in a thread of a review."""

from __future__ import annotations

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.thread_answers import ThreadNumber, record_answer
from bot.tools.tool import Prose, Tool, ToolInput


class AskThreadInput(ToolInput):
    """Ask back in a thread of the review, where you would otherwise have to guess what is meant.
    The thread stays open until it is answered; go on with the others meanwhile.
    """

    thread: ThreadNumber
    text: Prose = Field(min_length=1, description="The question, so that it can be answered there.")


def run(session: ToolSession, arguments: AskThreadInput) -> str:
    """Keep the question; it is posted when the work is done."""
    return record_answer(session, arguments.thread, "asked", arguments.text)


ASK_THREAD = Tool("ask_thread", AskThreadInput, run, for_threads=True)
