"""The kept source of one repository, as learning reads it: from the disk, as it needs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes


@dataclass(frozen=True, slots=True)
class RepositoryText:
    """The kept files of a repository at a commit, one after the other.

    `codes_file` holds them in the alphabet's codes, a byte a character. `starts_file` is a NumPy
    array of int64: where each file begins, and after them where the last one ends.
    """

    name: str  # owner/name; of a folder, its name
    licence: str  # an SPDX identifier, or "unknown"
    commit: str
    codes_file: Path
    starts_file: Path

    def map_codes(self) -> Codes:
        """Map the codes into memory: what is not looked at is not read."""
        return np.memmap(self.codes_file, np.uint8, "r")

    def read_starts(self) -> NDArray[np.int64]:
        """Read where each file begins, and where the last one ends."""
        starts: NDArray[np.int64] = np.load(self.starts_file, allow_pickle=False)
        return starts

    @property
    def paths(self) -> tuple[Path, Path]:
        """Its files."""
        return self.codes_file, self.starts_file

    @property
    def characters(self) -> int:
        """How many characters it has."""
        return self.codes_file.stat().st_size
