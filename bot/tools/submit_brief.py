"""Tool `submit_brief`: say what the request asks for, before the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import Field

from bot.text.amounts import count_noun
from bot.tools.brief_checks import MOST_QUESTIONS, explain_brief_faults, simplify
from bot.tools.brief_entities import explain_entities, verify_entities
from bot.tools.request_sections.issue_templates import list_issue_templates
from bot.tools.session import ToolSession
from bot.tools.submit_split import explain_too_big
from bot.tools.tool import Prose, Tool, ToolInput
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import ToolRefusal
from bot.values import (
    Ambiguity,
    Brief,
    Criterion,
    CriterionKind,
    Entity,
    EntityKind,
    ExampleIssue,
    WorkKind,
)
from bot.views.issue_template import IssueTemplate, make_plain_template, render_issue

MOST_LISTED = 30


class EntityInput(ToolInput):
    """Something that the request speaks of."""

    kind: EntityKind
    name: str = Field(min_length=1, max_length=300, description="As it is written in the code.")
    is_new: bool = Field(default=False, description="The request asks for it to be made.")


class CriterionInput(ToolInput):
    """A sentence that is true once the work is done."""

    text: Prose = Field(
        min_length=1,
        description="Checkable: what somebody does, and what they see then, with its values.",
    )
    kind: CriterionKind = "behaviour"


class AmbiguityInput(ToolInput):
    """What the request leaves open."""

    question: Prose = Field(min_length=1, description="To the asker, in one sentence.")
    default: Prose = Field(min_length=1, description="What you do where nobody answers.")
    matters: bool = Field(
        description="true only when another answer would change the work; then it is asked."
    )


class ExamplePartInput(ToolInput):
    """What stands under a heading of the example."""

    heading: str = Field(min_length=1, max_length=200)
    text: Prose = Field(min_length=1)


class ExampleInput(ToolInput):
    """The issue as it could be, in the repository's own form where it has one; on a pull request
    what could stand behind `/generate`: the title in its line, the texts of the parts below.
    """

    title: str = Field(min_length=1, max_length=200)
    template: str = Field("", max_length=300, description="The path of the form.")
    parts: list[ExamplePartInput] = Field(min_length=1, max_length=MOST_LISTED)


class SubmitBriefInput(ToolInput):
    """Say what the request asks for, before the plan. Maintainers are shown the brief. The answer
    says what of it is not in the repository, and what must be mended. Questions that matter, and a
    brief with `missing`, end the job until people have said more.
    """

    kind: WorkKind
    entities: list[EntityInput] = Field(
        default_factory=list, max_length=MOST_LISTED, description="What the request speaks of."
    )
    criteria: list[CriterionInput] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="What is true once the work is done, edge cases and errors among it.",
    )
    constraints: list[Prose] = Field(
        default_factory=list, max_length=MOST_LISTED, description="What must stay as it is."
    )
    out_of_scope: list[Prose] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="What a reader could expect, and you leave alone.",
    )
    ambiguities: list[AmbiguityInput] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description=f"At most {MOST_QUESTIONS} with `matters`.",
    )
    missing: list[Prose] = Field(
        default_factory=list,
        max_length=MOST_QUESTIONS,
        description="Only for a request too vague for any plan: what must be told first.",
    )
    example: ExampleInput | None = Field(None, description="Only beside `missing`.")


def run(session: ToolSession, arguments: SubmitBriefInput) -> str:
    """Keep the brief with what was looked up. Raises ToolRefusal for one that is at odds."""
    if not session.context.asks_brief:
        raise ToolRefusal("This job asks for no brief: the request is small and clear. Plan it.")
    brief = _read_brief(arguments, session.newest_brief)
    faults = [*explain_brief_faults(brief), *_explain_asked_again(session.newest_brief, brief)]
    if arguments.example is not None and session.context.target is not None:
        brief = replace(brief, example=_quote_command(arguments.example))
    elif arguments.example is not None:
        files = TreeFiles(session.ports.mirrors, session.context.tree)
        template, problems = _choose_template(arguments.example, list_issue_templates(files))
        faults.extend(problems)
        brief = replace(brief, example=_fill_template(arguments.example, template))
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        raise ToolRefusal(f"The brief is not accepted:\n{listed}")
    session.brief = replace(brief, entities=verify_entities(session, brief.entities))
    return "\n".join(_describe(session.brief, explain_too_big(session, session.brief)))


def _read_brief(arguments: SubmitBriefInput, earlier: Brief | None) -> Brief:
    """Make the brief. What people settled stays, and what proves the same criterion."""
    entities = (
        Entity(given.kind, given.name.strip(), given.is_new) for given in arguments.entities
    )
    proved = {criterion.text: criterion for criterion in earlier.criteria} if earlier else {}
    asked = earlier.ambiguities if earlier else ()
    settled = {simplify(known.question): known for known in asked if known.settled}
    criteria = (
        _keep_proof(Criterion(given.text.strip(), given.kind), proved)
        for given in arguments.criteria
    )
    ambiguities = [_read_ambiguity(given, settled) for given in arguments.ambiguities]
    ambiguities.extend(known for known in settled.values() if known not in ambiguities)
    return Brief(
        arguments.kind,
        tuple(entities),
        tuple(criteria),
        tuple(arguments.constraints),
        tuple(arguments.out_of_scope),
        tuple(ambiguities),
        tuple(arguments.missing),
        ExampleIssue(arguments.example.title, "") if arguments.example else None,
    )


def _read_ambiguity(given: AmbiguityInput, settled: dict[str, Ambiguity]) -> Ambiguity:
    question = given.question.strip()
    known = settled.get(simplify(question))
    return known or Ambiguity(question, given.default.strip(), given.matters)


def _keep_proof(criterion: Criterion, proved: dict[str, Criterion]) -> Criterion:
    known = proved.get(criterion.text)
    return replace(known, kind=criterion.kind) if known else criterion


def _explain_asked_again(earlier: Brief | None, brief: Brief) -> Iterator[str]:
    """Say that people were asked already: nobody is asked for two rounds of questions."""
    if earlier is None or not any(asked.settled for asked in earlier.questions.values()):
        return
    for asked in brief.open_questions.values():
        yield (
            "Questions of a brief were asked already, and are asked once: take the default, or put "
            f"it into the plan's `questions` where you cannot: {asked.question!r}."
        )


def _choose_template(
    example: ExampleInput, templates: tuple[IssueTemplate, ...]
) -> tuple[IssueTemplate, list[str]]:
    """Choose the form of the example, and say what does not fit it."""
    by_path = {template.path: template for template in templates}
    if not templates:
        return make_plain_template(), []
    if example.template not in by_path:
        paths = ", ".join(by_path)
        return templates[0], [f"`template` must be one of the repository's forms: {paths}."]
    template = by_path[example.template]
    return template, list(_explain_headings(template, [part.heading for part in example.parts]))


def _explain_headings(template: IssueTemplate, headings: list[str]) -> Iterator[str]:
    """Say which headings the form has not, and which it requires."""
    sections = [template.find_section(heading) for heading in headings]
    unknown = [
        heading for heading, section in zip(headings, sections, strict=True) if section is None
    ]
    if unknown:
        titles = ", ".join(section.title for section in template.sections)
        yield f"{template.path} has no heading {', '.join(unknown)}. It has {titles}."
    required = [section for section in template.sections if section.is_required]
    lacking = [section.title for section in required if section not in sections]
    if lacking:
        yield f"{template.path} requires {', '.join(lacking)} too."


def _fill_template(example: ExampleInput, template: IssueTemplate) -> ExampleIssue:
    if not template.path:  # the model's own headings are as good as ours
        parts = (f"### {part.heading.strip()}\n\n{part.text.strip()}" for part in example.parts)
        return ExampleIssue(example.title, "\n\n".join(parts))
    texts: dict[str, str] = {}
    for part in example.parts:
        section = template.find_section(part.heading)
        if section is not None:  # of a heading there may be several parts
            before = texts.get(section.title, "")
            texts[section.title] = f"{before}\n\n{part.text}".strip()
    return ExampleIssue(example.title, render_issue(template, texts), template.path)


def _quote_command(example: ExampleInput) -> ExampleIssue:
    """Make the command on a pull request as it could be: it has no form."""
    words = " ".join(example.title.split()).removeprefix("/generate").strip()
    return ExampleIssue(words, "\n\n".join(part.text.strip() for part in example.parts))


def _describe(brief: Brief, excess: str) -> Iterator[str]:
    criteria = count_noun(len(brief.criteria), "criterion", "criteria")
    yield f"The brief is accepted, with {criteria}."
    missing = list(explain_entities(brief.entities))
    if missing:
        yield "Not as the brief has it; submit it again where you meant something else:"
        yield from missing
    if brief.kind == "question" and not brief.waits:
        yield "Answer in the `summary` of `finish`, without edits."
    elif excess:
        yield excess
    elif not brief.waits:
        yield "Plan now. Before `finish`, `prove_criteria` says what proves each criterion."


SUBMIT_BRIEF = Tool("submit_brief", SubmitBriefInput, run, for_brief=True)
