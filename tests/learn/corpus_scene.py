"""A corpus on the test's own disk, and the repositories that it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.cli.corpus_clone import clone_corpus
from bot.corpus.alphabet import decode_codes
from bot.settings import CorpusSettings, load_settings
from tests.git_served import SECRET, commit, git

MIT = (
    b"MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n"
)


def make_code(name: str, lines: int = 12) -> bytes:
    """Write a module that is like no other: its names and numbers are made of its own name."""
    text = f'"""Compute {name}."""\n\n\n'
    for number in range(lines):
        text += f"def {name}_{number}(given):\n    return given.{name}{number * 7} + {number}\n\n\n"
    return text.encode()


@dataclass(frozen=True, slots=True)
class CorpusScene:
    """A home with a corpus, and the commands that are given to it."""

    home: Path
    api_url: str = ""

    @property
    def settings(self) -> CorpusSettings:
        """The settings that the commands are run with."""
        given = {"github_api_url": self.api_url, "github_token": SECRET} if self.api_url else {}
        return load_settings(CorpusSettings, home=self.home, **given)

    def clone(
        self, *wanted: str | Path, most_gb: float | None = None, licences: str | None = None
    ) -> tuple[int, str]:
        """Run `greenlit corpus clone`; return its exit code and what it printed."""
        console = Console(file=StringIO(), width=200)
        code = clone_corpus(console, self.settings, list(map(str, wanted)), most_gb, licences)
        return code, console.file.getvalue()  # type: ignore[attr-defined]

    def read_texts(self) -> dict[str, list[str]]:
        """Read the kept files of each repository."""
        with open_corpus_database(self.settings.corpus_url) as database:
            texts = CorpusFolder(self.home).list_texts(database)
        files: dict[str, list[str]] = {}
        for text in texts:
            starts, codes = text.read_starts().tolist(), text.map_codes()
            spans = pairwise(starts)
            files[text.name] = [decode_codes(codes[start:end]) for start, end in spans]
        return files

    def read_reasons(self, name: str) -> dict[str, str]:
        """Read why each file of a repository was dropped; "" of one that was kept."""
        with open_corpus_database(self.settings.corpus_url) as database:
            (record,) = database.fetch_repositories([name])
            return {file.path: file.reason for file in database.fetch_files(record.id)}

    def list_files(self) -> set[str]:
        """List the files of kept text, those that are half written too."""
        return {path.name for path in (self.home / "corpus/text").iterdir()}


def make_repository(folder: Path, files: Mapping[str, bytes], licence: bytes = MIT) -> Path:
    """Make a bare repository with these files in its one commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "--bare", "-b", "main")
    commit(folder, {"LICENSE": licence, **files} if licence else files)
    return folder


def name_all(texts: Sequence[str]) -> set[str]:
    """Name files by what their docstrings say they compute."""
    return {text.partition("Compute ")[2].partition(".")[0] for text in texts}
