"""An environment in which checks run, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.sandbox.laid_paths import write_lay_script
from bot.adapters.sandbox.tier import ENVIRONMENT
from bot.values import ProjectSetup


@dataclass(frozen=True, slots=True)
class EnvironmentRequest:
    """The set-ups of a job, with what they depend on.

    `inputs` has the contents of all files that the set-ups name. `make_workspace` makes a folder
    with the job's files and nothing else, in which the set-up runs, and removes it.
    """

    repo: str  # environments are never shared between repositories
    setups: tuple[ProjectSetup, ...]
    inputs: Mapping[str, bytes]
    workspace: Path  # of the run, where the tier has no root of its own
    make_workspace: Callable[[], AbstractContextManager[Path]]

    @property
    def runs_scripts(self) -> bool:
        """Whether packages may run code of their own while they install."""
        return any(setup.runs_scripts for setup in self.setups)


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment to launch a job in, or the obstacle to it with the log of the set-up.

    `laid` are the paths in the workspace that `write_lay_script` fills.
    """

    key: str = ""
    folder: Path | None = None  # read-only for a job
    variables: Mapping[str, str] = field(default_factory=dict)
    toolchains: tuple[Path, ...] = ()
    laid: tuple[str, ...] = ()
    obstacle: str = ""  # in a sentence
    log: bytes = b""

    def write_lay_script(self, before: tuple[str, ...] = ()) -> str:
        """Write the shell lines that lay what the set-up left, such as `node_modules`, over a
        workspace. To run in its root, once for a workspace and an environment; `before` are the
        paths that another environment laid there.
        """
        return write_lay_script(self.laid, str(ENVIRONMENT), before)
