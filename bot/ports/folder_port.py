"""A folder of a person's, in which a new project is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.ports.port_errors import Refusal


class ProjectFolder(Protocol):
    """Write the files of a new project, and commit them to its own repository."""

    def read(self, path: str) -> str | None:
        """Return the text of a file; None where there is none."""

    def write(self, files: Mapping[str, str | None]) -> None:
        """Write texts, and delete what has none."""

    def commit(self, paths: Collection[str], message: str) -> bool:
        """Commit these files as they lie there. False where nothing is new: none is made then."""


class NoProjectFolder:
    """Stands where no project is made."""

    def read(self, path: str) -> str | None:  # noqa: ARG002 - the port's
        """Refuse."""
        raise Refusal("no project is made here")

    def write(self, files: Mapping[str, str | None]) -> None:  # noqa: ARG002 - the port's
        """Refuse."""
        raise Refusal("no project is made here")

    def commit(self, paths: Collection[str], message: str) -> bool:  # noqa: ARG002 - the port's
        """Refuse."""
        raise Refusal("no project is made here")
