"""Here live the files through which a step answers its job: GITHUB_ENV, GITHUB_PATH, GITHUB_OUTPUT
and their kin.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FILES = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
_OURS = ("GITHUB_", "RUNNER_")  # a step may not change these; NODE_OPTIONS neither, as on GitHub


@dataclass(frozen=True, slots=True)
class FileCommands:
    """One step's files, in a folder of their own."""

    folder: Path

    def prepare(self) -> FileCommands:
        self.folder.mkdir()
        for path in self.environment().values():
            Path(path).touch()
        return self

    def environment(self) -> dict[str, str]:
        return {name: str(self.folder / name.lower()) for name in _FILES}

    def exported(self) -> dict[str, str]:
        """What later steps find in their environment. Raises ValueError for a malformed file."""
        pairs = _pairs(self._text("GITHUB_ENV"))
        for name in pairs:
            if name.startswith(_OURS) or name == "NODE_OPTIONS":
                raise ValueError(
                    f"Can't store {name} output parameter using '$GITHUB_ENV' command."
                )
        return pairs

    def paths(self) -> list[str]:
        return [line for line in self._text("GITHUB_PATH").splitlines() if line.strip()]

    def outputs(self) -> dict[str, str]:
        """Raises ValueError for a malformed file."""
        return _pairs(self._text("GITHUB_OUTPUT"))

    def _text(self, name: str) -> str:
        path = self.folder / name.lower()
        return path.read_text(errors="replace") if path.is_file() else ""


def _pairs(text: str) -> dict[str, str]:
    """`name=value`, or `name<<END`, lines, `END`."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        plain, many = line.find("="), line.find("<<")
        if many > 0 and (plain < 0 or many < plain):
            end, value = line[many + 2 :], []
            for inner in lines:
                if inner == end:
                    break
                value.append(inner)
            else:
                raise ValueError(f"Matching delimiter not found '{end}'")
            found[line[:many]] = "\n".join(value)
        elif plain > 0:
            found[line[:plain]] = line[plain + 1 :]
        elif line:
            raise ValueError(f"Invalid format '{line}'")
    return found
