"""Build the repositories of a corpus in turn, and say of each what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from bot.adapters.corpus.build_errors import CorpusFullError, NotBuiltError
from bot.adapters.corpus.corpus_builder import BuildResult, CorpusBuilder
from bot.adapters.corpus.corpus_database import CorpusDatabase
from bot.cli.corpus_progress import CorpusProgress
from bot.cli.terminal import open_console, print_sentences
from bot.corpus.corpus_records import CorpusRepository
from bot.corpus.source_filters import REASONS
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control

DONE, NOT_ALL = 0, 1


@dataclass(frozen=True, slots=True)
class CorpusRun:
    """One run of the command, over repositories that were chosen."""

    console: Console
    database: CorpusDatabase
    builder: CorpusBuilder
    progress: CorpusProgress

    def build_all(self, records: Sequence[CorpusRepository], *, is_named: bool) -> int:
        """Build them all; one that fails does not end the others. Return the exit code."""
        problems: list[str] = []
        done = 0
        try:
            for record in records:
                self.progress.begin(record.repository.name_with_owner)
                problems += self._build(record, is_named=is_named)
                self.progress.end()
                done += 1
        except CorpusFullError as full:
            left = f"{len(records) - done} of {len(records)} repositories are left out."
            problems.append(f"{full} {left} With more room the same command goes on.")
        except KeyboardInterrupt:
            text = f"Stopped after {done} of {len(records)}; the same command goes on from here."
            self._print(text, is_problem=True)
            raise
        for problem in problems:
            self._print(problem, is_problem=True)
        self._print(self._sum_up())
        return NOT_ALL if problems else DONE

    def _build(self, record: CorpusRepository, *, is_named: bool) -> list[str]:
        """Build one, and return what kept it out: a licence does so by itself only of one named."""
        try:
            result = self.builder.build(record)
        except NotBuiltError as failed:
            self._forget(record)
            return [str(failed)]
        if result.refusal and is_named:
            return [result.refusal]
        self._print(result.refusal or _render_result(record, result))
        return []

    def _forget(self, record: CorpusRepository) -> None:
        """Forget what was but a name; what GitHub's search told of, and what is here, stays."""
        was_searched = record.repository.key.removeprefix("github:").isdecimal()
        if not was_searched and not record.commit and not self.builder.has_fetched(record):
            self.database.delete_repository(record.id)

    def _sum_up(self) -> str:
        kept = [total for total in self.database.fetch_totals() if total.state == "kept"]
        files = sum(total.files for total in kept)
        characters = sum(total.characters for total in kept)
        text = f"The corpus has {count_noun(len(kept), 'repository', 'repositories')}, "
        text += f"{count_noun(files, 'file')} and {count_noun(characters, 'character')}."
        return f"{text} Next: greenlit learn" if files else text

    def _print(self, text: str, *, is_problem: bool = False) -> None:
        """Print a sentence, above the progress where that is on the same terminal."""
        console = open_console(stderr=True) if is_problem else self.console
        live = self.progress.progress
        if not live.disable and console.file.isatty():
            console = live.console
        print_sentences(console, strip_control(text))


def _render_result(record: CorpusRepository, result: BuildResult) -> str:
    name = f"{record.repository.name_with_owner} at {result.commit[:8]}"
    if result.files is None:
        return f"{name}: it is in the corpus as it is."
    if not result.files:
        return f"{name}: it has no source of the language."
    kept = [file for file in result.files if file.state == "kept"]
    characters = sum(file.characters for file in kept)
    text = f"{name}: {count_noun(len(kept), 'file')}, {count_noun(characters, 'character')}."
    dropped = Counter(file.reason for file in result.files if file.state == "dropped")
    reasons = ", ".join(f"{dropped[name]:,} {name}" for name in REASONS if dropped[name])
    return f"{text} Dropped: {reasons}." if reasons else text
