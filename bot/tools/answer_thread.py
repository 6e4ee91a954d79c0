"""Tool `answer_thread`: answer a thread of a review."""

from __future__ import annotations

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.thread_answers import ThreadNumber, record_answer
from bot.tools.tool import Prose, Tool, ToolInput
from bot.values.reviews import AnswerKind


class AnswerThreadInput(ToolInput):
    """Answer a thread of the review by its number. People read the answer in the thread once CI has
    judged your work, with the commit beside it. A later answer to the same thread replaces it.
    """

    thread: ThreadNumber
    text: Prose = Field(
        min_length=1,
        description="One to three sentences to whoever wrote there: what you changed, or why you "
        "change nothing, or the answer to what was asked.",
    )
    done: bool = Field(
        description="true when your edits do what the thread asks for; false when nothing is "
        "changed for it."
    )


def run(session: ToolSession, arguments: AnswerThreadInput) -> str:
    """Keep the answer; it is posted when the work is done."""
    kind: AnswerKind = "done" if arguments.done else "declined"
    return record_answer(session, arguments.thread, kind, arguments.text)


ANSWER_THREAD = Tool("answer_thread", AnswerThreadInput, run, for_threads=True)
