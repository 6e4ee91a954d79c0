"""How much of the disk the corpus takes, and may take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.corpus.build_errors import CorpusFullError
from bot.adapters.corpus.remote_clone import measure_folder


@dataclass(slots=True)
class CorpusRoom:
    """The room of the corpus: what is there, what the repository under way adds, and the most."""

    most_bytes: int | None
    rest_bytes: int = 0
    clone_bytes: int = 0
    text_bytes: int = 0

    @contextmanager
    def count(self, clone: Path) -> Iterator[None]:
        """Count one repository, whose clone may be there already, while the block lasts."""
        self.rest_bytes -= measure_folder(clone)
        self.text_bytes = self.clone_bytes = 0
        try:
            yield
        finally:
            self.rest_bytes += measure_folder(clone) + self.text_bytes

    def check(self, *, clone_bytes: int | None = None, text_bytes: int | None = None) -> None:
        """Take note of how big the clone or its text has become. Raises CorpusFullError."""
        if clone_bytes is not None:
            self.clone_bytes = clone_bytes
        if text_bytes is not None:
            self.text_bytes = text_bytes
        taken = self.rest_bytes + self.clone_bytes + self.text_bytes
        if self.most_bytes is not None and taken > self.most_bytes:
            self.text_bytes = 0
            raise CorpusFullError(
                f"The corpus has no more room: --most-gb allows {self.most_bytes / 1e9:g} GB."
            )
