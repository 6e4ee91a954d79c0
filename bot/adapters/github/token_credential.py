"""Show GitHub a person's token, for commands that only read."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.github.auth import Credential
from bot.ports import OwnSecrets
from bot.values import Repo


class TokenCredential(Credential):
    """A token that somebody made for themselves: nothing makes another one when it is refused."""

    def __init__(self, secret: str, own_secrets: OwnSecrets) -> None:
        self.repo: Repo | None = None
        self.shared = None
        self.own_secrets = own_secrets
        self._secret = secret
        own_secrets.add(secret)

    @property
    def token(self) -> str:
        """Return the token."""
        return self._secret

    def renew(self) -> bool:
        """There is no other."""
        return False

    def wait_to_write(self, resource: str, *, creates_content: bool) -> None:
        """Nothing is written."""

    def check_limits(self, resource: str) -> None:
        """No other command is told what this one met."""

    def keep_limit(self, resource: str, until: float) -> None:
        """The same."""

    def keep_budget(self, headers: Mapping[str, object]) -> None:
        """No monitor asks after a command."""
