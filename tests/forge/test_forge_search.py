"""Tests of the forge's search of repositories: qualifiers, pages, and the limit of 1,000."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.forge.repository_figures import RepositoryFigures
from tests.forge.served_forge import ServedForge, serve_with_app

SEARCH = """query($text: String!, $first: Int = 100, $after: String) {
  rateLimit { cost limit remaining used resetAt }
  search(type: REPOSITORY, query: $text, first: $first, after: $after) {
    repositoryCount pageInfo { hasNextPage endCursor }
    nodes { __typename ... on Repository {
      nameWithOwner stargazerCount forkCount diskUsage isArchived isFork createdAt pushedAt sshUrl
      watchers { totalCount } licenseInfo { spdxId } primaryLanguage { name } defaultBranchRef { name }
    } }
  }
}"""
OWNED = """query($login: String!, $after: String, $isFork: Boolean) {
  organization(login: $login) { repositories(first: 2, after: $after, isFork: $isFork) {
    totalCount pageInfo { hasNextPage endCursor } nodes { name }
  } }
}"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedForge]:
    """A forge with five repositories of globex, and 1,500 of swarm that all have 7 stars."""
    with serve_with_app(tmp_path_factory.mktemp("forge")) as box:
        for name, stars, language, created_at in (
            ("web", 4000, "Python", "2015-06-01"),
            ("api", 1200, "Python", "2020-01-31"),
            ("tool", 1000, "Python", "2021-01-31"),
            ("site", 1500, "HTML", "2022-02-28"),
        ):
            figures = RepositoryFigures(stars, 3, 2, 10, language, "MIT", "2026-01-01T00:00:00Z")
            box.forge.list_repository(
                f"globex/{name}", figures, created_at=f"{created_at}T10:00:00Z"
            )
        figures = RepositoryFigures(2000, language="Python", licence="NOASSERTION")
        box.forge.list_repository("globex/fork", figures, fork_of="acme/demo")
        box.forge.archive_repository("globex/tool")
        for number in range(1500):
            box.forge.list_repository(f"swarm/bee{number}", RepositoryFigures(7, language="Go"))
        yield box


def find(box: ServedForge, query: str) -> list[str]:
    """List the short names that a query finds."""
    nodes = box.query_graphql(SEARCH, text=query)["data"]["search"]["nodes"]
    return [node["nameWithOwner"].partition("/")[2] for node in nodes]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("language:Python stars:>1000", ["web", "api"]),
        ("language:python stars:>=1000", ["web", "api", "tool"]),
        ("stars:1000..1500", ["site", "api", "tool"]),
        ("stars:1200..*", ["web", "site", "api"]),
        ("org:globex stars:*..1200", ["api", "tool"]),
        ("org:globex stars:<1200", ["tool"]),
        ("org:globex stars:1200", ["api"]),
        ("org:globex created:2020-01-01..2021-01-31", ["api", "tool"]),
        ("org:globex created:>2021-01-31", ["site"]),
        ("org:globex created:<=2015-06-01", ["web"]),
        ("org:globex pushed:<2026-01-01", []),
        ("org:globex archived:true", ["tool"]),
        ("org:globex fork:true language:Python", ["web", "fork", "api", "tool"]),
        ("user:globex fork:only", ["fork"]),
        ("repo:globex/web license:mit", ["web"]),
        ("bee1499 sort:stars", ["bee1499"]),
        ("language:Rust", []),
    ],
)
def test_a_query_finds_what_its_qualifiers_say(world: ServedForge, query: str, names: list[str]):
    """All of them hold at once, forks are found on demand, and the most starred come first."""
    assert names == find(world, query)


def test_a_search_ends_after_a_thousand(world: ServedForge):
    """All are counted, in pages of 100 the first 1,000 are shown, and each once."""
    names, after, pages = [], None, 0
    while after is not None or not pages:
        search = world.query_graphql(SEARCH, text="language:Go", after=after)["data"]["search"]
        names += [node["nameWithOwner"] for node in search["nodes"]]
        pages += 1
        after = search["pageInfo"]["endCursor"] if search["pageInfo"]["hasNextPage"] else None

    assert (10, 1500) == (pages, search["repositoryCount"])
    assert 1000 == len(set(names)) == len(names)


def test_a_repository_is_told_with_its_figures(world: ServedForge):
    """Stars, forks, watchers, size, licence, language, branch and dates; a private one is not found."""
    (web,) = world.query_graphql(SEARCH, text="repo:globex/web")["data"]["search"]["nodes"]

    assert (4000, 3, 10, {"totalCount": 2}) == (
        web["stargazerCount"],
        web["forkCount"],
        web["diskUsage"],
        web["watchers"],
    )
    assert ({"spdxId": "MIT"}, {"name": "main"}) == (web["licenseInfo"], web["defaultBranchRef"])
    assert "git@127.0.0.1:globex/web.git" == web["sshUrl"]
    assert ["demo"] == find(world, "org:acme")


def test_an_organisation_lists_its_own(world: ServedForge):
    """By name, in pages; without forks where they are not wanted."""
    first = world.query_graphql(OWNED, login="globex", isFork=False)
    owned = first["data"]["organization"]["repositories"]
    rest = world.query_graphql(
        OWNED, login="globex", isFork=False, after=owned["pageInfo"]["endCursor"]
    )

    assert (4, ["api", "site"]) == (owned["totalCount"], [node["name"] for node in owned["nodes"]])
    nodes = rest["data"]["organization"]["repositories"]["nodes"]
    assert ["tool", "web"] == [node["name"] for node in nodes]


@pytest.mark.parametrize(
    ("query", "variables", "kind", "words"),
    [
        (OWNED, {"login": "nobody"}, "NOT_FOUND", "an Organization with the login of 'nobody'"),
        (OWNED, {"login": "ada"}, "NOT_FOUND", "an Organization with the login of 'ada'"),
        (SEARCH, {"text": "org:nobody"}, "UNPROCESSABLE", "cannot be searched"),
        (SEARCH, {"text": ""}, "UNPROCESSABLE", "A query is needed"),
        (SEARCH, {"text": "x", "first": 101}, "EXCESSIVE_PAGINATION", "100"),
    ],
)
def test_what_does_not_exist_is_refused(world: ServedForge, query, variables, kind, words):
    """With an error of GitHub's kind and words."""
    error = world.query_graphql(query, **variables)["errors"][0]

    assert kind == error["type"]
    assert words in error["message"]


def test_the_limit_counts_down(world: ServedForge):
    """Each request costs a point, which the answer tells as its headers do."""
    answers = [
        world.request("POST", "/graphql", {"query": SEARCH, "variables": {"text": "org:globex"}})
        for _ in range(2)
    ]

    left = [answer.json()["data"]["rateLimit"]["remaining"] for answer in answers]
    assert left == [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert left[0] == left[1] + 1
    assert all(answer.json()["data"]["rateLimit"]["cost"] == 1 for answer in answers)


def test_thousands_cost_nothing_on_the_disk(world: ServedForge):
    """Those that are only listed have no folder of git's."""
    assert 1505 < len(world.forge.state.repositories)
    assert not list(Path(world.forge.state.home).glob("git/swarm*"))
