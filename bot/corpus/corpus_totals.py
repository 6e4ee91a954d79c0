"""Add up what the corpus has: files, lines, words and characters, and what was dropped and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from bot.corpus.corpus_records import CorpusRepository, FileTotals
from bot.corpus.repository_licence import UNKNOWN
from bot.corpus.source_filters import REASONS

COPIES = ("duplicate", "near-duplicate")
COUNTS = ("files", "lines", "words", "characters")


@dataclass(frozen=True, slots=True)
class RepositoryTotals:
    """What the corpus has of one repository. `dropped` counts files by reason."""

    name: str
    source: str
    licence: str
    commit: str
    files: int
    lines: int
    words: int
    characters: int
    dropped: dict[str, int]


@dataclass(frozen=True, slots=True)
class CorpusTotals:
    """What the corpus has: each repository, most text first, and all of them together."""

    repositories: tuple[RepositoryTotals, ...]
    not_cloned: int  # that were found, and are not here yet
    refused: tuple[str, ...]  # a sentence for each

    @property
    def together(self) -> RepositoryTotals:
        """All repositories as one."""
        dropped = Counter[str]()
        for each in self.repositories:
            dropped.update(each.dropped)
        counts = _add_counts(self.repositories)
        return RepositoryTotals("all", "", "", "", **counts, dropped=_order(dropped))

    @property
    def licences(self) -> dict[str, int]:
        """How many repositories are under each licence, most first."""
        return dict(Counter(each.licence for each in self.repositories).most_common())

    @property
    def copies(self) -> int:
        """How many files were dropped as copies, near ones too."""
        return sum(self.together.dropped.get(reason, 0) for reason in COPIES)


def add_up_corpus(
    records: Sequence[CorpusRepository], totals: Iterable[FileTotals]
) -> CorpusTotals:
    """Add up the corpus by its repositories."""
    by_repository: dict[int, list[FileTotals]] = {}
    for total in totals:
        by_repository.setdefault(total.repository_id, []).append(total)
    cloned = [
        _add_up(record, by_repository.get(record.id, []))
        for record in records
        if record.clone_state == "cloned"
    ]
    cloned.sort(key=lambda each: (-each.characters, each.name))
    refused = tuple(record.refusal for record in records if record.clone_state == "refused")
    return CorpusTotals(tuple(cloned), len(records) - len(cloned) - len(refused), refused)


def _add_up(record: CorpusRepository, totals: Sequence[FileTotals]) -> RepositoryTotals:
    kept = [total for total in totals if total.state == "kept"]
    dropped = {total.reason: total.files for total in totals if total.state == "dropped"}
    return RepositoryTotals(
        name=record.repository.name_with_owner,
        source=record.repository.source,
        licence=record.own_licence or UNKNOWN,
        commit=record.commit,
        **_add_counts(kept),
        dropped=_order(dropped),
    )


def _add_counts(totals: Sequence[FileTotals | RepositoryTotals]) -> dict[str, int]:
    return {name: sum(map(attrgetter(name), totals)) for name in COUNTS}


def _order(dropped: dict[str, int] | Counter[str]) -> dict[str, int]:
    return {reason: dropped[reason] for reason in REASONS if reason in dropped}
