"""The settings of the commands that find, keep and learn from a corpus of repositories."""

from __future__ import annotations

from bot.settings.command_settings import ReadTokenSettings
from bot.settings.serve_settings import HomeSettings


class CorpusSettings(HomeSettings, ReadTokenSettings):
    """Settings of `greenlit corpus`, and of what learns from it."""

    @property
    def corpus_url(self) -> str:
        """The address of the corpus's database."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.absolute() / 'corpus' / 'corpus.sqlite'}"
