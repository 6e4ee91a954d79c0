"""Running a repository's own checks in a sandbox: what is run, within what, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.values.code import Patch, Tree
from bot.values.run_config import CheckKind, TierName

TierChoice = Literal["auto", TierName]  # what an operator may ask for


@dataclass(frozen=True, slots=True)
class ProjectSetup:
    """How an environment is made in which checks can run: once, with packages but no more network.

    `inputs` are the manifests and locks that it depends on; a change in one makes another one.
    """

    commands: tuple[str, ...]  # lines for `sh -e`
    inputs: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()  # that the machine must have, such as "python3" or "npm"
    folder: str = ""  # of the repository, in which the commands run; empty for its root
    source: str = ""  # where it was found: a path, with the job of a workflow
    runs_scripts: bool = False  # whether packages may run code of their own while they install


@dataclass(frozen=True, slots=True)
class ProjectCheck:
    """A check of a repository: a test suite, a linter, a type checker, a build."""

    name: str  # one of its kind is named by it, "test"; others by folder or job, "test:web"
    kind: CheckKind
    commands: tuple[str, ...]  # lines for `sh -e`
    only: str = ""  # the line that runs chosen files or tests, with {only} for their names
    folder: str = ""  # of the repository, in which the commands run; empty for its root
    environment: dict[str, str] = field(default_factory=dict)
    source: str = ""  # where it was found: a path, with the job of a workflow
    obstacle: str = ""  # why it cannot run on this machine, in a sentence
    setups: tuple[ProjectSetup, ...] = ()  # that it needs, in their order


@dataclass(frozen=True, slots=True)
class Machine:
    """The programs that a sandbox has on this machine, with their versions.

    "python3": "3.11.7"; one of several versions is named by it, "python3.12": "3.12.4". A version
    may be empty, where it is not known.
    """

    programs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProjectChecks:
    """All checks of a repository that were found, with the set-ups that they need."""

    checks: tuple[ProjectCheck, ...] = ()
    setups: tuple[ProjectSetup, ...] = ()
    left_out: tuple[str, ...] = ()  # what was seen and is not run, with the reason, in sentences
    writes_locks: bool = False  # whether lock files are written anew by their tools alone


@dataclass(frozen=True, slots=True)
class SandboxState:
    """The tier that runs code here; why it is no better one, and the command that gets one.

    `probes` is how many attacks were tried in it before it was used, all in vain.
    """

    tier: TierName = "none"
    reason: str = ""
    advice: str = ""
    probes: int = 0


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one job in the sandbox may use."""

    wall_s: float = 600.0
    cpu_s: int = 1_200
    memory_bytes: int = 2 * 1024**3
    processes: int = 512
    disk_bytes: int = 2 * 1024**3
    output_bytes: int = 1024**2  # that are kept, of the head and of the tail


@dataclass(frozen=True, slots=True)
class SandboxJob:
    """Commands to run on a tree with a patch laid over it.

    `workspace` names the folder that is kept between the jobs of a run, with what they built.
    """

    tree: Tree
    patch: Patch
    commands: tuple[str, ...]
    workspace: str
    folder: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    setups: tuple[ProjectSetup, ...] = ()
    limits: SandboxLimits = field(default_factory=SandboxLimits)
    returns: tuple[str, ...] = ()  # the files whose changes by the commands may come back


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """What the model was told of a job of this run: the same one is not run again for nothing."""

    log: int  # the number under which its log is kept; below zero, as no job of CI is numbered so
    answer: str
    has_passed: bool = False


@dataclass(frozen=True, slots=True)
class SandboxResult:
    """What came of a job. `obstacle` says why nothing ran; the log is that of the set-up then."""

    exit_code: int | None = None  # None: nothing ran, or a limit ended it
    log: bytes = b""  # head and tail, with a line between them that says what is missing
    took_s: float = 0.0
    limit_hit: str = ""  # in a sentence
    changes: dict[str, str | None] = field(default_factory=dict)  # that came back
    dropped: tuple[str, ...] = ()  # changes that did not, as "path: why"
    obstacle: str = ""
    new_files: tuple[str, ...] = ()  # that stay for later jobs and did not come back, when few
    left_out: tuple[str, ...] = ()  # of the tree, not in the workspace, as "path: why"

    @property
    def has_passed(self) -> bool:
        """Whether the commands ran to their end and succeeded."""
        return self.exit_code == 0 and not self.obstacle and not self.limit_hit
