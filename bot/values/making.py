"""How the making of a project stands, and what came of trying what was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.values.project import BuildStepName, BuildWorkflow, ProjectStructure, Specification

# What the bot itself writes into a project: what was approved, and how it is built.
OWN_FILES = SPECIFICATION_PATH, WORKFLOW_PATH = "docs/spec.md", "docs/workflow.json"
OWN_FOLDER = ".greenlit"  # its record of the run, and no part of the project


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have, in words of their own."""

    text: str


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """The newest plan that was not accepted, for the next call to change."""

    structure: ProjectStructure
    workflow: BuildWorkflow


@dataclass(frozen=True, slots=True)
class Making:
    """A project under way: each part but the draft is there once it was accepted. `declined` says
    why there will be none.
    """

    wish: Wish
    specification: Specification | None = None
    is_approved: bool = False
    structure: ProjectStructure | None = None
    workflow: BuildWorkflow | None = None
    declined: str = ""
    draft: ProjectDraft | None = None

    @property
    def agreed(self) -> Specification:
        """The specification. Raises RuntimeError before there is one."""
        if self.specification is None:
            raise RuntimeError("nothing is specified yet")
        return self.specification

    @property
    def planned(self) -> tuple[ProjectStructure, BuildWorkflow]:
        """The files and the workflow. Raises RuntimeError before they were planned."""
        if self.structure is None or self.workflow is None:
            raise RuntimeError("nothing is planned yet")
        return self.structure, self.workflow


@dataclass(frozen=True, slots=True)
class TriedStep:
    """How a step of the workflow ended: in a line for people, and as an answer for the model."""

    name: BuildStepName
    state: Literal["passed", "failed"]
    line: str
    answer: str = ""
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of installing, compiling, starting and testing a project, up to what failed.

    `obstacle` says, in a sentence, why nothing was run.
    """

    steps: tuple[TriedStep, ...] = ()
    obstacle: str = ""
    locks: dict[str, str] = field(default_factory=dict)  # that the installing wrote, by path

    @property
    def failed(self) -> TriedStep | None:
        """The step that did not pass."""
        return next((step for step in self.steps if step.state != "passed"), None)
