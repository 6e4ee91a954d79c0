"""Tool `submit_structure`: plan every file of a project, and how it is built and proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal, get_args

from pydantic import Field

from bot.project import check_structure, check_targets, check_workflow, order_files
from bot.text.amounts import count_noun
from bot.tools.session import ToolSession
from bot.tools.tool import Prose, RepoPath, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import Finding, Making, ProjectDraft
from bot.values.making import OWN_FILES
from bot.values.project import (
    BuildStep,
    BuildWorkflow,
    FileImport,
    ProjectFile,
    ProjectStructure,
    Specification,
)

LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+(?:/[\w./?=&%-]*)?$")
StepName = Literal["install", "compile", "execute", "check"]
Name = Annotated[str, Field(min_length=1, max_length=300)]


class FileImportInput(ToolInput):
    """What a file takes from another file of the project."""

    path: RepoPath
    names: list[Name] = Field(
        min_length=1, max_length=100, description="As the other file exports them."
    )
    types_only: bool = Field(
        default=False,
        description="True for `import type`, or an import under TYPE_CHECKING: it may go in a "
        "circle. Files of one package of Go may always.",
    )


class ProjectFileInput(ToolInput):
    """A file to be written."""

    path: RepoPath
    description: Prose = Field(min_length=1, description="What it does, in a sentence or two.")
    exports: list[Name] = Field(
        default_factory=list,
        max_length=200,
        description="The functions, classes, types and constants that others or tests use.",
    )
    imports: list[FileImportInput] = Field(
        default_factory=list, max_length=100, description="From other files of the project alone."
    )
    libraries: list[Name] = Field(
        default_factory=list,
        max_length=40,
        description="Those of the specification that it uses, by their names there.",
    )


class BuildStepInput(ToolInput):
    """A step of the workflow."""

    name: StepName
    command: str = Field(
        min_length=1,
        max_length=999,
        description="One line for `sh` at the root of the project: plain commands, joined by &&.",
    )
    proof: str = Field(
        min_length=1, max_length=300, description="What shows that it worked, in a sentence."
    )
    expected_output: str = Field(
        "", max_length=300, description="A text that must stand in what the command prints."
    )
    url: str = Field(
        "",
        max_length=300,
        description="Of `execute`, where it starts a service: what to ask for once it runs, such "
        "as http://127.0.0.1:8000/health. The answer is what it prints; then it is ended.",
    )


class SubmitStructureInput(ToolInput):
    """Plan every file, manifests, tests, README and CI workflow included, and the steps that build
    and prove the project. It is checked before a line is written: each import has its definition,
    there is no cycle and no name twice. The answer says what is wrong. The bot itself writes
    `docs/spec.md` and `docs/workflow.json`. The first call gives all; a later one, after a plan
    that is not accepted too, only what changes: files take the place of those with their paths.
    """

    files: list[ProjectFileInput] | None = Field(None, min_length=1, max_length=200)
    removed: list[RepoPath] = Field(
        default_factory=list, max_length=100, description="Paths that are planned no more."
    )
    entry_point: str = Field(
        "", max_length=1000, description="The file that starts it, or that others import."
    )
    steps: list[BuildStepInput] | None = Field(
        None,
        min_length=1,
        max_length=4,
        description="Each at most once: install (the only one with a network; left out where "
        "nothing is installed), compile, execute (starts it once, and ends), check (runs the "
        "tests).",
    )


def run(session: ToolSession, arguments: SubmitStructureInput) -> str:
    """Take files and workflow where they are consistent."""
    making = session.project
    if not making.is_approved:
        raise ToolRefusal("The specification is not approved yet: that comes first.")
    structure, workflow = _lay_over(making, arguments)
    findings = (
        *check_structure(structure, making.agreed),
        *check_workflow(workflow),
        *check_targets(workflow, structure, making.agreed),
        *_find_missing_url(workflow, making.agreed),
    )
    if any(finding.blocks for finding in findings):
        session.making = replace(making, draft=ProjectDraft(structure, workflow))
        lines = "\n".join(_render_findings(findings))
        raise ToolRefusal(f"The plan is not accepted yet. Send only what changes:\n{lines}")
    session.making = replace(making, structure=structure, workflow=workflow, draft=None)
    return "\n".join([_describe(structure), *_render_findings(findings)])


def _lay_over(
    making: Making, arguments: SubmitStructureInput
) -> tuple[ProjectStructure, BuildWorkflow]:
    """Lay what is given over the plan so far. One that is whole takes the place of a draft."""
    is_whole = bool(arguments.files and arguments.entry_point and arguments.steps)
    if making.structure is None and making.draft is None and not is_whole:
        raise ToolRefusal("The first call needs `files`, `entry_point` and `steps`.")
    structure, workflow = making.structure, making.workflow
    if making.draft is not None:
        structure, workflow = making.draft.structure, making.draft.workflow
        if is_whole and making.structure is None:
            structure = None
    merged = _merge_files(structure or ProjectStructure((), ""), arguments)
    if arguments.steps is not None:
        return merged, _read_workflow(arguments.steps)
    return merged, workflow or BuildWorkflow(())


def _merge_files(earlier: ProjectStructure, arguments: SubmitStructureInput) -> ProjectStructure:
    """Lay the files over those of before. A path that is given twice is for the check to find."""
    given = [_read_file(file) for file in arguments.files or () if file.path not in OWN_FILES]
    gone = {*arguments.removed, *(file.path for file in given)}
    kept = [file for file in earlier.files if file.path not in gone]
    entry_point = arguments.entry_point or earlier.entry_point
    return ProjectStructure((*kept, *given), entry_point)


def _read_file(given: ProjectFileInput) -> ProjectFile:
    imports = tuple(
        FileImport(source.path, tuple(source.names), source.types_only) for source in given.imports
    )
    return ProjectFile(
        given.path, given.description, tuple(given.exports), imports, tuple(given.libraries)
    )


def _read_workflow(given: Sequence[BuildStepInput]) -> BuildWorkflow:
    """Put the steps behind those that the bot does itself, each after the one before it."""
    own = (
        BuildStep("init", "git init", proof="The folder is a repository."),
        BuildStep("generate", "", proof="Each file is whole and defines what was planned."),
    )
    wanted = (
        BuildStep(step.name, step.command, (), step.proof, step.expected_output, step.url)
        for step in sorted(given, key=lambda step: get_args(StepName).index(step.name))
    )
    steps: list[BuildStep] = []
    for step in (*own, *wanted):
        needs = (steps[-1].name,) if steps and steps[-1].name != step.name else ()
        steps.append(replace(step, needs=needs))
    return BuildWorkflow(tuple(steps))


def _find_missing_url(workflow: BuildWorkflow, specification: Specification) -> Iterator[Finding]:
    """Find that nobody could tell whether a service works."""
    for step in workflow.steps:
        is_start = step.name == "execute" and specification.kind == "service"
        if is_start and not LOOPBACK.match(step.url):
            text = "It starts a service. Give as `url` what to ask it for, at http://127.0.0.1."
            yield Finding("workflow", "", 0, text, rule=step.name)
        if not is_start and step.url:
            text = "It starts no service, so leave `url` out."
            yield Finding("workflow", "", 0, text, rule=step.name)


def _render_findings(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        place = finding.path or finding.rule
        yield f"- {place}: {finding.text}" if place else f"- {finding.text}"


def _describe(structure: ProjectStructure) -> str:
    files = count_noun(len(structure.files), "file")
    batches = count_noun(len(order_files(structure)), "batch", "batches")
    return f"The plan is accepted: {files}, to be written in {batches}."


SUBMIT_STRUCTURE = Tool("submit_structure", SubmitStructureInput, run)
