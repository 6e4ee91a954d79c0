"""Tool `prove_criteria`: say what proves each criterion of the brief."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pydantic import Field

from bot.text.amounts import count_noun
from bot.tools.named_tests import find_named_test
from bot.tools.session import ToolSession
from bot.tools.tool import Prose, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import Brief, Criterion

UNTESTED = ("edge case", "error handling")  # where reading alone is a weak proof


class ProofInput(ToolInput):
    """What proves one criterion: a test, or reading."""

    criterion: int = Field(ge=1, description="Its number in the brief, from 1.")
    test: str = Field(
        "",
        max_length=500,
        description="The test that fails without the change, `tests/test_a.py::test_b`.",
    )
    reading: Prose = Field(
        "", description="Where no test can show it: the place to read, and what it shows."
    )


class ProveCriteriaInput(ToolInput):
    """Say what proves each criterion of the brief, before `finish`. The tests must stand in the
    tree with your edits. Maintainers read it in the pull request. A later call replaces what was
    said of the same criterion; it may come in the same turn as `finish`, before it.
    """

    proofs: list[ProofInput] = Field(min_length=1, max_length=30)


def run(session: ToolSession, arguments: ProveCriteriaInput) -> str:
    """Keep the named proofs. Raises ToolRefusal, and keeps none, where one of them is not there."""
    brief = session.newest_brief
    if brief is None or not brief.criteria:
        raise ToolRefusal("This job has no brief with criteria.")
    criteria = dict(enumerate(brief.criteria, 1))
    faults = []
    for proof in arguments.proofs:
        try:
            criteria[proof.criterion] = _prove(session, criteria, proof)
        except ToolRefusal as fault:
            faults.append(f"- {fault}")
    if faults:
        listed = "\n".join(faults)
        raise ToolRefusal(f"Nothing is noted:\n{listed}")
    session.brief = replace(brief, criteria=tuple(criteria.values()))
    return " ".join(_describe(session.brief))


def _prove(session: ToolSession, criteria: Mapping[int, Criterion], proof: ProofInput) -> Criterion:
    """Take what proves a criterion. Raises ToolRefusal where it is not there."""
    number, reading = proof.criterion, proof.reading.strip()
    if number not in criteria:
        count = count_noun(len(criteria), "criterion", "criteria")
        raise ToolRefusal(f"There is no criterion {number}: the brief has {count}.")
    if not proof.test.strip():
        if not reading:
            raise ToolRefusal(f"Criterion {number} needs `test` or `reading`.")
        return replace(criteria[number], test="", reading=reading, is_old=False)
    test = find_named_test(session, proof.test)
    if test.problem:
        raise ToolRefusal(f"{proof.test!r} proves nothing: {test.problem}")
    return replace(criteria[number], test=test.name, reading="", is_old=test.is_old)


def explain_missing_proofs(session: ToolSession) -> str:
    """Say why the work cannot be handed in as the criteria stand; empty when it can."""
    brief = session.newest_brief
    # A conversation that was begun without this tool cannot be sent back to it.
    if brief is None or not session.context.asks_brief or not session.patch.files:
        return ""
    if unproved := _name_unproved(brief):
        return f"{unproved} Call `prove_criteria`."
    for number, criterion in enumerate(brief.criteria, 1):
        test = find_named_test(session, criterion.test) if criterion.test else None
        if test is not None and test.problem:
            return (
                f"Criterion {number} is to be proved by {criterion.test!r}, but {test.problem} "
                "Call `prove_criteria` again."
            )
    return ""


def _name_unproved(brief: Brief) -> str:
    """Say which criteria nothing proves yet; empty without any."""
    numbers = [str(number) for number, known in enumerate(brief.criteria, 1) if not known.is_proved]
    if not numbers:
        return ""
    noun = "criterion" if len(numbers) == 1 else "criteria"
    return f"Not proved yet: {noun} {', '.join(numbers)}."


def _describe(brief: Brief) -> Iterator[str]:
    yield "Noted."
    if unproved := _name_unproved(brief):
        yield unproved
    for criterion in filter(_lacks_test, brief.criteria):
        yield f"Of the {criterion.kind} {criterion.text!r} no test speaks: write one if you can."


def _lacks_test(criterion: Criterion) -> bool:
    return criterion.kind in UNTESTED and bool(criterion.reading)


PROVE_CRITERIA = Tool("prove_criteria", ProveCriteriaInput, run, for_brief=True)
