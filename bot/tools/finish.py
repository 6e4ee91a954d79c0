"""Tool `finish`: hand the work to the checks and to CI."""

from __future__ import annotations

from pydantic import Field

from bot.text.git_messages import explain_bad_subject, normalize_subject
from bot.tools.session import ToolSession
from bot.tools.tool import Prose, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import Finish


class FinishInput(ToolInput):
    """Hand the work to the checks and then to CI. The answer says what they found and what to mend;
    there is none when CI is green.
    """

    title: str = Field(
        min_length=1,
        max_length=200,
        description="The title of the pull request, and the first line of the commit message: at "
        "most 72 characters, in the imperative, without a full stop.",
    )
    message: Prose = Field(
        description="The body of the commit message: why, in the repository's manner, without "
        "trailers. It may be empty."
    )
    summary: Prose = Field(min_length=1, description="What changed and why, for the reviewers.")
    look_at: list[Prose] = Field(
        default_factory=list, description="Where reviewers should look closely, and why."
    )
    differs: Prose = Field(
        "", description="Where the work left the plan, and why; empty if nowhere."
    )


def run(session: ToolSession, arguments: FinishInput) -> str:
    """Take the model's words for its work. The call is answered later, by the checks and by CI."""
    if session.finish is not None:
        raise ToolRefusal("`finish` was called in this turn already.")
    if session.has_failed_edit:
        raise ToolRefusal(
            "An edit in this turn failed, so the work is not what you say. "
            "Mend that, then call finish."
        )
    title = normalize_subject(arguments.title)
    if fault := explain_bad_subject(title):
        raise ToolRefusal(fault)
    session.finish = Finish(
        title,
        arguments.message,
        arguments.summary,
        tuple(arguments.look_at),
        arguments.differs,
    )
    return ""


FINISH = Tool("finish", FinishInput, run)
