"""A tier: one way of this machine to keep a process from everything but its own folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.values import SandboxLimits, TierName

WORK = Path("/workspace")  # where the workspace appears inside
ENVIRONMENT = Path("/environment")  # where what the set-up made appears inside
PACKAGE_PORT = 3128  # on 127.0.0.1 inside, while packages are installed
PACKAGE_BRIDGE = Path(__file__).with_name("package_bridge.py")  # how to call it is told in it


@dataclass(frozen=True, slots=True)
class Launch:
    """A process to start. Folders are of the host; `has_own_root` tells where they appear inside.

    `package_socket` is the unix socket of the mirror of packages: the only way out, and only in the
    set-up. The tier binds it and `PACKAGE_BRIDGE` read-only, and runs `argv` behind that bridge.
    """

    argv: tuple[str, ...]
    workspace: Path  # writable
    folder: str = ""  # of the workspace, where the process starts
    environment: Mapping[str, str] = field(default_factory=dict)  # all of it: nothing is inherited
    environment_folder: Path | None = None
    makes_environment: bool = False  # whether that folder is writable
    toolchains: tuple[Path, ...] = ()  # read-only, at the same place inside
    package_socket: Path | None = None
    limits: SandboxLimits = field(default_factory=SandboxLimits)

    def list_writable(self) -> tuple[Path, ...]:
        """List the folders that it may write to."""
        if self.environment_folder and self.makes_environment:
            return self.workspace, self.environment_folder
        return (self.workspace,)


@dataclass(frozen=True, slots=True)
class Exit:
    """How a process ended; `code` is None when a limit ended it, which `limit_hit` tells."""

    code: int | None
    output: bytes  # of both streams: head and tail, with a line between that says what is missing
    took_s: float
    limit_hit: str = ""


class Tier(Protocol):
    """One way to run a process in a sandbox."""

    @property
    def name(self) -> TierName:
        """Its name."""

    @property
    def has_own_root(self) -> bool:
        """Whether the workspace is WORK inside, and not its path on the host."""

    @property
    def has_own_network(self) -> bool:
        """Whether `package_socket` can be bridged to a port inside."""

    def find_obstacle(self) -> str:
        """Say why this tier does not work on this machine; empty when it does. Runs nothing of a
        repository.
        """

    def launch(self, launch: Launch) -> Exit:
        """Run the process to its end, within its limits, and end all that it started."""
