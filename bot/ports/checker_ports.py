"""The checkers that the gates ask: a linter, a finder of secrets, the indexes of packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.ports.secrets_port import NoOwnSecrets, OwnSecrets
from bot.ports.type_checker_port import TypeChecker
from bot.values import Finding, Leak, Package


class Linter(Protocol):
    """A linter that reads code and runs none of it."""

    def lint(self, files: Mapping[str, str], config: Mapping[str, str]) -> tuple[Finding, ...]:
        """Return its findings; `config` are the repository's own configuration files, as texts."""


class SecretFinder(Protocol):
    """A finder of secrets that asks nobody whether they are valid."""

    def find(self, text: str) -> tuple[Leak, ...]:
        """Return the secrets in the text, each once."""


class PackageIndex(Protocol):
    """The indexes that packages are installed from."""

    def look(self, kind: str, name: str) -> Package | None:
        """Return what the index of the kind, "python", "node" or "go", says of the name; None when
        it cannot be asked.
        """


@dataclass(frozen=True, slots=True)
class Checkers:
    """The tools of the gates. Where one is missing, the gates say what they did not check."""

    linter: Linter | None = None
    secrets: SecretFinder | None = None  # secrets of well-known shapes are found without
    index: PackageIndex | None = None
    types: TypeChecker | None = None  # what refactorings ask
    own_secrets: OwnSecrets = field(default_factory=NoOwnSecrets)
