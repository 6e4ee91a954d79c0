"""Read the files through which a step answers its job: GITHUB_ENV, GITHUB_PATH, GITHUB_OUTPUT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FILES = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
# A step may not change these, nor NODE_OPTIONS, as on GitHub.
_RESERVED = ("GITHUB_", "RUNNER_")


@dataclass(frozen=True, slots=True)
class FileCommands:
    """The files of one step, in a folder of their own."""

    folder: Path

    def create(self) -> FileCommands:
        """Make the folder with its empty files."""
        self.folder.mkdir()
        for path in self.environment().values():
            Path(path).touch()
        return self

    def environment(self) -> dict[str, str]:
        """Name the files as the step's process finds them in its environment."""
        return {name: str(self.folder / name.lower()) for name in _FILES}

    def read_env(self) -> dict[str, str]:
        """Read what later steps find in their environment. Raises ValueError for a bad file."""
        variables = _parse_assignments(self._read("GITHUB_ENV"))
        for name in variables:
            if name.startswith(_RESERVED) or name == "NODE_OPTIONS":
                raise ValueError(
                    f"Can't store {name} output parameter using '$GITHUB_ENV' command."
                )
        return variables

    def read_paths(self) -> list[str]:
        """Read the folders that later steps find at the front of their PATH."""
        return [line for line in self._read("GITHUB_PATH").splitlines() if line.strip()]

    def read_outputs(self) -> dict[str, str]:
        """Read the step's outputs. Raises ValueError for a malformed file."""
        return _parse_assignments(self._read("GITHUB_OUTPUT"))

    def _read(self, name: str) -> str:
        path = self.folder / name.lower()
        return path.read_text(errors="replace") if path.is_file() else ""


def _parse_assignments(text: str) -> dict[str, str]:
    """Parse `name=value`, or `name<<END`, lines, `END`."""
    values: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        equals, heredoc = line.find("="), line.find("<<")
        if heredoc > 0 and (equals < 0 or heredoc < equals):
            values[line[:heredoc]] = _read_heredoc(lines, line[heredoc + 2 :])
        elif equals > 0:
            values[line[:equals]] = line[equals + 1 :]
        elif line:
            raise ValueError(f"Invalid format '{line}'")
    return values


def _read_heredoc(lines: Iterator[str], delimiter: str) -> str:
    value: list[str] = []
    for line in lines:
        if line == delimiter:
            return "\n".join(value)
        value.append(line)
    raise ValueError(f"Matching delimiter not found '{delimiter}'")
