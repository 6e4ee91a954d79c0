"""Somebody who types `greenlit corpus find`, in the process of a test."""

from __future__ import annotations

import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.cli.corpus_find import Clockwork, WantedRepositories, find_repositories
from bot.settings import CorpusSettings
from tests.learn.listed_github import ListedGitHub


class Commander:
    """Types the command in this process; waits take no time and are noted."""

    def __init__(self, home: Path, github: ListedGitHub) -> None:
        self.settings: dict[str, Any] = {
            "home": home,
            "github_token": github.token,
            "github_api_url": github.api,
            "database_url": None,
        }
        self.waits: list[float] = []

    def find(self, capsys: pytest.CaptureFixture[str], **wanted: Any) -> tuple[int, str, str]:
        """Return the exit code and what is printed on both streams."""
        printed = StringIO()
        settings = CorpusSettings(**self.settings)
        clockwork = Clockwork(time.time, self.waits.append)
        console = Console(file=printed, width=200)
        code = find_repositories(console, settings, WantedRepositories(**wanted), clockwork)
        return code, printed.getvalue(), capsys.readouterr().err

    def names(self) -> list[str]:
        """List what is in the database."""
        with open_corpus_database(CorpusSettings(**self.settings).corpus_url) as database:
            return [record.repository.name_with_owner for record in database.fetch_repositories()]
