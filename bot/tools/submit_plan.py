"""Tool `submit_plan`: say what is going to change, before any edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from pydantic import Field

from bot.gates import explain_protected_path
from bot.text.amounts import count_noun
from bot.tools.plan_places import explain_missing_places
from bot.tools.plan_targets import explain_missing_targets
from bot.tools.session import ToolSession
from bot.tools.submit_split import explain_too_big
from bot.tools.tool import Prose, RepoPath, Tool, ToolInput
from bot.tools.tree_reader import KIND_BY_MODE, ToolRefusal
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
        description="The path of the file, the name of the test or setting, or both: "
        "`tests/test_a.py: test_b`.",
    )
    why: Prose = Field(min_length=10, description="Why the request cannot be met otherwise.")


class SubmitPlanInput(ToolInput):
    """Say what you are going to do, before any edit. Maintainers are shown the plan. The first one
    gives `summary` and `files`; call it again to amend the plan, with only the fields that change:
    each takes the place of what it was before, and the others stay. The answer says whether edits
    are allowed now, and which files of the plan may not be changed.
    """

    summary: Prose | None = Field(
        None, min_length=1, description="Two or three sentences: the cause, and the change."
    )
    files: list[PlannedFileInput] | None = Field(
        None, max_length=100, description="The files that the change touches."
    )
    tests: list[Prose] | None = Field(
        None, description="The tests to add or change, and what each shows."
    )
    risks: list[Prose] | None = Field(
        None, description="What could go wrong for users of the code."
    )
    questions: list[Prose] | None = Field(
        None,
        description="Only what you would otherwise have to guess. A plan with questions ends the "
        "job until they are answered.",
    )
    lowered: list[PlannedWeakeningInput] | None = Field(
        None,
        max_length=20,
        description="The existing tests that must expect something else, be loosened, skipped or "
        "removed, and the checks that must ask for less. Maintainers read them first.",
    )


def run(session: ToolSession, arguments: SubmitPlanInput) -> str:
    """Accept the plan without the files that may not be changed; amend an earlier one."""
    if problem := _explain_missing_brief(session):
        raise ToolRefusal(problem)
    earlier = session.newest_plan
    if earlier is None and (arguments.summary is None or arguments.files is None):
        raise ToolRefusal("The first plan needs `summary` and `files`.")
    # Questions of an earlier plan were answered, or the job would have ended with them.
    kept = replace(earlier, questions=()) if earlier else Plan("")
    plan = replace(kept, **_read_fields(arguments))
    refused = _explain_unchangeable(session, plan)
    allowed = tuple(file for file in plan.files if file.path not in refused)
    if refused and not allowed and not plan.questions:
        raise ToolRefusal(_render_refusal("The plan is not accepted.", refused))
    max_files = session.rules.max_files
    if len(allowed) > max_files:
        advice = "Plan a part of the work, or ask in `questions` how to divide it."
        if session.context.may_split and not session.patch.files:
            advice = "Divide the work with `submit_split`."
        raise ToolRefusal(
            f"The plan is not accepted: it names {len(allowed)} files, and at most {max_files} may "
            f"change. {advice}"
        )
    session.plan = replace(plan, files=allowed)
    described = _describe(session.plan, refused, is_first=earlier is None)
    answer = [*described, *explain_missing_targets(session, session.plan)]
    if earlier is None:
        answer += explain_missing_places(session, session.plan)
    return "\n".join(answer)


def _explain_missing_brief(session: ToolSession) -> str:
    """Say why nothing can be planned as the brief stands; empty when it can."""
    brief = session.newest_brief
    if brief is None:
        return "This job begins with `submit_brief`." if session.context.asks_brief else ""
    if brief.waits:
        return "The brief waits for people's answers: the plan comes after them."
    if brief.kind == "question":
        return (
            "The brief calls the request a question: answer it in the `summary` of `finish`, "
            "without edits. If it asks for a change, submit the brief again."
        )
    return explain_too_big(session, brief)


def _read_fields(arguments: SubmitPlanInput) -> dict[str, Any]:
    """Take the fields that were given, as the plan holds them."""
    given = arguments.model_dump(exclude_none=True)
    fields: dict[str, Any] = {
        name: tuple(given[name]) for name in ("tests", "risks", "questions") if name in given
    }
    if arguments.summary is not None:
        fields["summary"] = arguments.summary
    if arguments.files is not None:
        fields["files"] = tuple(
            PlannedFile(file.path, file.change, tuple(file.symbols)) for file in arguments.files
        )
    if arguments.lowered is not None:
        fields["weakened"] = tuple(
            PlannedWeakening(weakening.what, weakening.why) for weakening in arguments.lowered
        )
    return fields


def _explain_unchangeable(session: ToolSession, plan: Plan) -> dict[str, str]:
    """Say of each planned file that may not be changed why: by policy, or as it is no file."""
    rules = session.rules
    entries = session.ports.mirrors.entries(session.context.tree)
    kinds = {entry.path: KIND_BY_MODE.get(entry.mode) for entry in entries}
    folders = {str(folder) for path in kinds for folder in PurePosixPath(path).parents}
    reasons = {}
    for file in plan.files:
        reason = explain_protected_path(file.path, rules.allowed, rules.protected)
        if not reason and (kind := kinds.get(file.path)):
            reason = f"it is a {kind}, which is not followed and cannot be changed."
        if not reason and file.path.rstrip("/") in folders:
            reason = "it is a folder: name the files in it."
        if reason:
            reasons[file.path] = reason
    return reasons


def _describe(plan: Plan, refused: Mapping[str, str], *, is_first: bool) -> Iterator[str]:
    verb = "accepted" if is_first else "amended"
    if refused:
        yield _render_refusal(f"The plan is {verb} without some of its files.", refused)
    else:
        yield f"The plan is {verb}."
    files = count_noun(len(plan.files), "file")
    tests = count_noun(len(plan.tests), "test")
    weakened = f", and {len(plan.weakened)} under `lowered`" if plan.weakened else ""
    yield f"It names {files} and {tests}{weakened}. Edits are allowed."


def _render_refusal(verdict: str, refused: Mapping[str, str]) -> str:
    lines = [f"- {path}: {reason}" for path, reason in refused.items()]
    advice = (
        "Leave these as they are. Where the plan's words promise to change them, amend the plan, "
        "and say in the `look_at` of `finish` what a maintainer should change there."
    )
    if verdict.endswith("not accepted."):
        advice = (
            "Plan what can be done without these files. When nothing can, ask in `questions` "
            "that a maintainer allows the paths."
        )
    return "\n".join([f"{verdict} These may not be changed:", *lines, advice])


SUBMIT_PLAN = Tool("submit_plan", SubmitPlanInput, run)
