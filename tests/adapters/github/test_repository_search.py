"""Repositories are found by GraphQL, as GitHub's own schema has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.github.api_errors import NotFound
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.repository_search import RepositorySearch
from bot.adapters.github.token_credential import TokenCredential
from bot.forge import Forge, serve_forge
from bot.forge.repository_figures import RepositoryFigures
from bot.ports import Refusal
from bot.text.secret_values import SecretValues


@pytest.fixture
def search(tmp_path: Path, checked) -> Iterator[RepositorySearch]:
    """A search of six repositories, with a token, each exchange held against GitHub's schema."""
    forge = Forge(tmp_path)
    forge.create_repository("acme/demo", {"a.py": "A = 1\n"})
    for number, licence in enumerate(["MIT", "NOASSERTION", None], 1):
        figures = RepositoryFigures(1000 * number, 5, 4, 3, "Python", licence)
        forge.list_repository(f"globex/r{number}", figures, created_at="2020-01-01T00:00:00Z")
    forge.list_repository("vault/closed", RepositoryFigures(5, needs_sign_on=True))
    forge.list_repository("vault/open", RepositoryFigures(4))
    app = forge.create_app("reader", {}, ())
    installation = forge.state.installations[forge.install(app, "acme/demo")]
    token = forge.apps.mint_token(installation, None, None).secret
    secrets = SecretValues()
    with serve_forge(forge, checked) as url:
        yield RepositorySearch(
            GitHubApi(lambda: TokenCredential(token, secrets), lambda: 0.0, f"{url}/api/v3", 20)
        )


def test_a_search_is_read_page_by_page(search: RepositorySearch):
    """With the number of all, where the next page begins, and what is left of the hour's points."""
    first = search.search("language:Python sort:stars", size=2)
    rest = search.search("language:Python sort:stars", first.next_cursor or "", size=2)

    names = [repository.name_with_owner for repository in first.repositories + rest.repositories]
    assert ["globex/r3", "globex/r2", "globex/r1"] == names
    assert (3, 3, None) == (first.total, rest.total, rest.next_cursor)
    assert first.limit.remaining == rest.limit.remaining + 1
    assert not first.limit.is_spent


def test_a_repository_is_told_as_it_is(search: RepositorySearch):
    """What GitHub cannot name of a licence is none, and the key stays when a name does not."""
    first, second, third = search.list_organisation("globex").repositories

    assert ("MIT", None, None) == (first.licence, second.licence, third.licence)
    assert first.key.startswith("github:")
    assert (1000, 5, 4, 3, "main") == (
        first.stars,
        first.forks,
        first.watchers,
        first.disk_usage_kb,
        first.default_branch,
    )
    assert ("2020-01-01T00:00:00Z", False) == (first.pushed_at, first.archived)


def test_one_that_is_not_shown_leaves_the_others(search: RepositorySearch):
    """GitHub answers with an error in its place; it is counted all the same."""
    page = search.search("user:vault")

    assert ["vault/open"] == [repository.name_with_owner for repository in page.repositories]
    assert 2 == page.total


def test_names_are_found_together_and_strangers_are_told(search: RepositorySearch):
    """One that does not exist is found out, and the others come all the same."""
    named = search.fetch_named(["globex/r1", "globex/nothing", "acme/demo", "nobody/x"])

    names = [repository.name_with_owner for repository in named.repositories]
    assert ["globex/r1", "acme/demo"] == names
    assert ("globex/nothing", "nobody/x") == named.unknown


def test_an_owner_who_does_not_exist_is_refused(search: RepositorySearch):
    """With an error of its kind, in GitHub's words."""
    with pytest.raises(NotFound):
        search.list_organisation("nobody")
    with pytest.raises(Refusal, match="do not exist or you do not have permission"):
        search.search("org:nobody")
