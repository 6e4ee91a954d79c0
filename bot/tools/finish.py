"""Tool `finish`: hand the work to the checks and to CI."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from bot.text.git_messages import explain_bad_subject, normalize_subject
from bot.tools.prove_criteria import explain_missing_proofs
from bot.tools.session import ToolSession
from bot.tools.thread_answers import explain_missing_answers
from bot.tools.tool import Prose, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import Finish


class FinishInput(ToolInput):
    """Hand the work to the checks and then to CI. The answer says what they found and what to mend;
    there is none when CI is green. The first call gives `title` and `summary`; a later one only
    what changes, and the rest stays as it was given.
    """

    title: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="The title of the pull request, and the first line of the commit message: at "
        "most 72 characters, in the imperative, without a full stop.",
    )
    message: Prose | None = Field(
        None,
        description="The body of the commit message: why, in the repository's manner, without "
        "trailers. It may be empty.",
    )
    summary: Prose | None = Field(
        None, min_length=1, description="What changed and why, for the reviewers."
    )
    look_at: list[Prose] | None = Field(
        None, description="Where reviewers should look closely, and why."
    )
    differs: Prose | None = Field(
        None, description="Where the work left the plan, and why. Empty if nowhere."
    )


def run(session: ToolSession, arguments: FinishInput) -> str:
    """Take the model's words for its work. The call is answered later, by the checks and by CI."""
    if session.finish is not None:
        raise ToolRefusal("`finish` was called in this turn already.")
    if session.split is not None:
        raise ToolRefusal("People decide about the split first.")
    title = normalize_subject(arguments.title or "")
    title_fault = explain_bad_subject(title) if arguments.title is not None else ""
    words = session.words = _merge_words(session, arguments, "" if title_fault else title)
    if session.has_failed_edit:
        raise ToolRefusal(
            "An edit in this turn failed, so the work is not what you say. "
            "Mend that, then call finish: it keeps what you gave it."
        )
    if title_fault:
        raise ToolRefusal(f"{title_fault} The rest is kept: give only a new `title`.")
    if missing := [f"`{name}`" for name in ("title", "summary") if not getattr(words, name)]:
        raise ToolRefusal(f"`finish` still needs {' and '.join(missing)}; the rest is kept.")
    if problem := explain_missing_answers(session) or explain_missing_proofs(session):
        raise ToolRefusal(f"{problem} `finish` keeps what it was given.")
    session.finish = words
    return ""


def _merge_words(session: ToolSession, arguments: FinishInput, title: str) -> Finish:
    """Lay what was given over what `finish` was given before, also where that was refused."""
    earlier = session.words or session.context.finish or Finish("", "", "")
    given = arguments.model_dump(exclude_none=True, exclude={"title"})
    if arguments.look_at is not None:
        given["look_at"] = tuple(arguments.look_at)
    return replace(earlier, title=title or earlier.title, **given)


FINISH = Tool("finish", FinishInput, run)
