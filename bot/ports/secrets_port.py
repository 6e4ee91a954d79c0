"""The secrets of the bot's own process, known by their values."""

from __future__ import annotations

from typing import Protocol


class OwnSecrets(Protocol):
    """What the process holds and nobody may read: keys, the webhook secret, live tokens."""

    def mask(self, text: str, mark: str = "***") -> str:
        """Replace each of them by the mark, however the text writes it."""

    def find(self, text: str) -> tuple[str, ...]:
        """Return what `mask` would take out of the text, each once."""

    def add(self, secret: str) -> None:
        """Take in a secret that came to be, such as a token."""


class NoOwnSecrets:
    """Stands where the process holds none."""

    def mask(self, text: str, mark: str = "***") -> str:  # noqa: ARG002 - the port's
        """Return the text."""
        return text

    def find(self, text: str) -> tuple[str, ...]:  # noqa: ARG002 - the port's
        """Find none."""
        return ()

    def add(self, secret: str) -> None:
        """Keep nothing."""
