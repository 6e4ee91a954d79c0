"""Tool `submit_plan`: say what is going to change, before any edit."""

from __future__ import annotations

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import Prose, RepoPath, Tool, ToolInput
from bot.values import Plan, PlannedFile, PlannedWeakening


class PlannedFileInput(ToolInput):
    """A file that the change touches."""

    path: RepoPath
    change: Prose = Field(description="What changes in the file, and why.")
    symbols: list[str] = Field(
        default_factory=list, description="The functions or classes that change or are new."
    )


class PlannedWeakeningInput(ToolInput):
    """An existing test, check or setting that this change weakens, and why."""

    what: str = Field(
        min_length=1,
        max_length=300,
        description="The path of the file, or the name of the test or setting.",
    )
    why: Prose = Field(min_length=10, description="Why the request cannot be met otherwise.")


class SubmitPlanInput(ToolInput):
    """Say what you are going to do, before any edit. The plan is shown to the maintainers. A plan
    with questions ends the job until they are answered.
    """

    summary: Prose = Field(
        min_length=1, description="Two or three sentences: the cause, and the change."
    )
    files: list[PlannedFileInput] = Field(max_length=100)
    tests: list[Prose] = Field(
        default_factory=list, description="The tests to add or change, and what each shows."
    )
    risks: list[Prose] = Field(
        default_factory=list, description="What could go wrong for users of the code."
    )
    questions: list[Prose] = Field(
        default_factory=list, description="Only what you would otherwise have to guess."
    )
    lowered: list[PlannedWeakeningInput] = Field(
        default_factory=list,
        max_length=20,
        description="The existing tests that must expect something else, be loosened, skipped or "
        "removed, and the checks that must ask for less. The pull request names them in its first "
        "lines.",
    )


def run(session: ToolSession, arguments: SubmitPlanInput) -> str:
    """Accept the plan, which allows edits; a later plan replaces it."""
    session.plan = Plan(
        arguments.summary,
        tuple(PlannedFile(file.path, file.change, tuple(file.symbols)) for file in arguments.files),
        tuple(arguments.tests),
        tuple(arguments.risks),
        tuple(arguments.questions),
        tuple(PlannedWeakening(weakening.what, weakening.why) for weakening in arguments.lowered),
    )
    session.plan_accepted = True
    return "Accepted and shown to the maintainers. Now edit."


SUBMIT_PLAN = Tool("submit_plan", SubmitPlanInput, run)
