"""Hold what the calls of one turn work on, and what they change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.gates import ChangeSize, Rules, gate_rules
from bot.ports import Ports
from bot.tools.tree_reader import TreeReader, decode_texts
from bot.values import (
    Brief,
    Finish,
    Issue,
    JobAnswer,
    Making,
    MergeDraft,
    Patch,
    Plan,
    ProjectChecks,
    PullDetails,
    RepoConfig,
    Retrieval,
    ReviewThread,
    Split,
    ThreadAnswer,
    Tree,
    Verdict,
)
from bot.values.behaviour import RecordedBehaviour
from bot.values.part_progress import PlaceInSplit
from bot.values.proof import NamedLines


@dataclass(frozen=True, slots=True)
class AgentContext:
    """The work as it stands before a turn.

    `command_words` came with the command that asked; `instructions` are the repository's own, and
    stand in its `config` too. `finish` holds the words of an earlier call of `finish`.
    """

    tree: Tree
    issue: Issue
    retrieval: Retrieval
    patch: Patch = field(default_factory=Patch)
    command_words: str = ""
    instructions: str = ""
    plan: Plan | None = None
    finish: Finish | None = None
    config: RepoConfig = field(default_factory=RepoConfig)
    open_threads: tuple[ReviewThread, ...] = ()  # that wait for an answer; numbered from 1
    answers: tuple[ThreadAnswer, ...] = ()
    target: PullDetails | None = None  # the pull request that it works on,
    merge_base: Tree | None = None  # where its branch left its base,
    threads: tuple[ReviewThread, ...] = ()  # what writers said of its lines,
    earlier_verdict: Verdict | None = None  # and why its CI was red before the work
    merge: MergeDraft | None = None  # of the base into its branch
    project: ProjectChecks | None = None  # that can run in the sandbox; None where there is none,
    workspace: str = ""  # the run's own folder there,
    jobs: tuple[JobAnswer, ...] = ()  # and what was told of the jobs so far
    making: Making | None = None  # the project that it makes, where it makes one
    asks_brief: bool = False  # before the plan
    brief: Brief | None = None
    records_behaviour: bool = False  # before and after the change
    behaviour: RecordedBehaviour | None = None
    place: PlaceInSplit | None = None  # of its issue in a request that was split
    may_split: bool = False  # a request that is too big is divided
    named_lines: NamedLines | None = None  # that tests run of the code that is to be tested


@dataclass(slots=True)
class ToolSession:
    """The state of one turn's calls: each call works on what the ones before it left."""

    ports: Ports
    context: AgentContext
    patch: Patch
    brief: Brief | None = None  # of this turn
    split: Split | None = None  # of this turn
    plan: Plan | None = None  # of this turn
    words: Finish | None = None  # of this turn's `finish`, also of one that was refused
    finish: Finish | None = None
    todo: tuple[str, ...] | None = None
    answers: dict[str, ThreadAnswer] = field(default_factory=dict)  # of this turn, by thread
    has_failed_edit: bool = False
    jobs: tuple[JobAnswer, ...] = ()  # in the sandbox, with those of earlier turns
    sandbox_s: float = 0.0  # that the jobs of this turn took
    making: Making | None = None  # as this turn's calls have left it
    behaviour: RecordedBehaviour | None = None  # of this turn
    sizes: dict[str, ChangeSize] = field(default_factory=dict)  # of the changed files
    _base_texts: dict[str, str | None] = field(default_factory=dict)
    _reader: TreeReader | None = None

    @classmethod
    def start(cls, ports: Ports, context: AgentContext) -> ToolSession:
        """Begin a turn where the work stands."""
        return cls(ports, context, context.patch, jobs=context.jobs, making=context.making)

    @property
    def rules(self) -> Rules:
        """What the repository lets a change be."""
        return gate_rules(self.context.config)

    @property
    def newest_brief(self) -> Brief | None:
        """The brief that holds now; None before one was accepted."""
        return self.brief or self.context.brief

    @property
    def newest_plan(self) -> Plan | None:
        """The plan that holds now; None before one was accepted."""
        return self.plan or self.context.plan

    @property
    def newest_behaviour(self) -> RecordedBehaviour | None:
        """What was recorded of the base so far."""
        return self.behaviour or self.context.behaviour

    @property
    def project(self) -> Making:
        """The project that is made. Raises RuntimeError where none is."""
        if self.making is None:
            raise RuntimeError("no project is made here")
        return self.making

    def explain_no_writing(self) -> str:
        """Say why nothing may be written yet; empty when it may."""
        if self.making is None:
            is_planned = self.newest_plan is not None
            tool = "Submit a plan first: edits are refused until `submit_plan`"
        else:
            is_planned = self.making.structure is not None
            tool = "Plan the files first: nothing is written until `submit_structure`"
        return "" if is_planned else f"{tool} was accepted."

    def read_tree(self) -> TreeReader:
        """Make a reader of the tree with the edits so far; the same one until the next edit."""
        if self._reader is None or self._reader.patch is not self.patch:
            self._reader = TreeReader(self.ports, self.context.tree, self.patch)
        return self._reader

    def read_base_texts(self, paths: Collection[str]) -> dict[str, str | None]:
        """Read the files as they were before any edit; None for what was no text or not there."""
        unread = [path for path in paths if path not in self._base_texts]
        if unread:
            texts = decode_texts(self.ports.mirrors.read(self.context.tree, unread))
            self._base_texts.update((path, texts.get(path)) for path in unread)
        return {path: self._base_texts[path] for path in paths}
