"""One kind of what the home keeps for the next run, which can be made or fetched anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from bot.values import KeptPart


class KeptStore(Protocol):
    """Lists what is kept, and removes parts of it."""

    def list_parts(self, live: Collection[str]) -> Sequence[KeptPart]:
        """List the parts; those that one of the live runs, given by their keys, uses say so."""

    def measure(self, part: KeptPart) -> int:
        """Measure the bytes that a part takes on the disk."""

    def remove(self, part: KeptPart) -> bool:
        """Remove a part as a whole; False where it stays, as it is in use after all."""


def name_repositories(live: Collection[str]) -> set[str]:
    """Name the repositories that runs are about, by the runs' keys, such as "owner/repo#7/1"."""
    return {key.partition("#")[0] for key in live}
