"""A GitHub with thousands of repositories, and a token that may read them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.forge import Forge, serve_forge
from bot.forge.repository_figures import RepositoryFigures


@dataclass(frozen=True, slots=True)
class ListedGitHub:
    """A served forge, whose API stands at `api`, and a token."""

    forge: Forge
    api: str
    token: str

    def list_many(self, owner: str, count: int, stars: int | None, created_at: str = "") -> None:
        """List repositories of an owner in Python: each with so many stars, or few with many."""
        chance = random.Random(owner)
        for number in range(count):
            drawn = int(1001 * chance.paretovariate(1.0)) if stars is None else stars
            figures = RepositoryFigures(drawn, 2, 1, 50, "Python", "MIT", "2026-01-01T00:00:00Z")
            self.forge.list_repository(f"{owner}/r{number}", figures, created_at=created_at)

    def count_queries(self) -> int:
        """Count the GraphQL requests that were answered."""
        return sum(path == "/api/graphql" for _, path, _ in self.forge.list_requests())


@contextmanager
def serve_listed(home: Path) -> Iterator[ListedGitHub]:
    """Serve it as long as the block lasts."""
    forge = Forge(home)
    forge.create_repository("acme/demo", {"a.py": "A = 1\n"})
    app = forge.create_app("reader", {"contents": "read"}, ())
    installation = forge.state.installations[forge.install(app, "acme/demo")]
    token = forge.apps.mint_token(installation, None, None).secret
    with serve_forge(forge) as url:
        yield ListedGitHub(forge, f"{url}/api/v3", token)
