"""`greenlit corpus find`: against a served forge, into a real database."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.cli.corpus_clone import clone_corpus
from bot.forge.repository_figures import RepositoryFigures
from bot.settings import CorpusSettings
from tests.learn.corpus_commander import Commander
from tests.learn.listed_github import ListedGitHub, serve_listed


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ListedGitHub]:
    """A GitHub for tests that only read: few with many stars, and many with the same."""
    with serve_listed(tmp_path_factory.mktemp("forge")) as listed:
        listed.list_many("famous", 2300, None)
        for day in range(1, 29):
            listed.list_many(f"equal{day}", 50, 77, f"2020-02-{day:02}T00:00:00Z")
        listed.list_many("burst", 1100, 33, "2021-03-04T00:00:00Z")
        yield listed


@pytest.fixture
def commander(tmp_path: Path, github: ListedGitHub) -> Commander:
    """Somebody at the GitHub that all tests read."""
    return Commander(tmp_path, github)


def test_a_search_of_thousands_is_found_whole(commander, github, capsys):
    """GitHub shows 1,000 of a search; taken apart by stars all 2,300 are found, in few requests."""
    before = github.count_queries()
    code, printed, _ = commander.find(capsys)

    assert 0 == code
    sentence = "Found 2,300 repositories; the corpus knows 2,300. Go on with: greenlit corpus clone"
    assert f"{sentence}\n" == printed
    assert {f"famous/r{number}" for number in range(2300)} >= set(commander.names())
    assert github.count_queries() - before <= 23 + 12


def test_equal_stars_are_taken_apart_by_their_dates(commander, capsys):
    """1,400 repositories with 77 stars each are found, for they were made on different days."""
    assert 0 == commander.find(capsys, query="language:Python stars:77")[0]
    assert 1400 == len(set(commander.names()))


def test_what_github_never_shows_is_told(commander, capsys):
    """Of 1,100 with the same stars, made on the same day, 1,000 are found, and a sentence says so."""
    code, _, told = commander.find(capsys, query="stars:33")

    assert (0, 1000) == (code, len(commander.names()))
    assert (
        "GitHub shows 1,000 of 1,100 repositories (33 stars, created on 2021-03-04); "
        "the others cannot be found."
    ) in told


def test_one_that_is_not_shown_hinders_no_other(owner, own, capsys):
    """Where an organisation wants single sign-on GitHub leaves a gap; the end counts it."""
    own.forge.set_figures("famous/r7", RepositoryFigures(1500, needs_sign_on=True))
    code, printed, _ = owner.find(capsys, query="user:famous")

    assert (0, 599) == (code, len(owner.names()))
    assert printed.startswith("Found 599 repositories of the 600 that GitHub counts; the corpus")


def test_what_github_tells_is_kept(owner, own, capsys):
    """A repository is in the database with its figures; a second search brings them up to date."""
    assert 0 == owner.find(capsys, query="repo:famous/r7")[0]
    with open_corpus_database(CorpusSettings(**owner.settings).corpus_url) as database:
        (record,) = database.fetch_repositories()
    repository = record.repository
    assert ("github", "famous", "r7", "MIT", "main") == (
        repository.source,
        repository.owner,
        repository.name,
        repository.licence,
        repository.default_branch,
    )
    assert (50, 2, 1) == (repository.disk_usage_kb, repository.forks, repository.watchers)
    assert f"{own.forge.state.web}/famous/r7" == repository.url
    assert "git@127.0.0.1:famous/r7.git" == repository.ssh_url
    assert repository.stars >= 1000
    assert ("2026-01-01T00:00:00Z", False) == (repository.pushed_at, repository.archived)

    own.forge.archive_repository("famous/r7")
    owner.find(capsys, query="repo:famous/r7")
    with open_corpus_database(CorpusSettings(**owner.settings).corpus_url) as database:
        assert database.fetch_repository(repository.key).repository.archived


def test_the_most_are_those_with_the_most_stars(commander, github, capsys):
    """`--most` ends a search early, with the most starred."""
    assert 0 == commander.find(capsys, most=150)[0]

    listed = github.forge.state.repositories.values()
    stars = sorted((repository.figures.stars for repository in listed), reverse=True)
    with open_corpus_database(CorpusSettings(**commander.settings).corpus_url) as database:
        kept = [record.repository.stars for record in database.fetch_repositories()]
    assert stars[:150] == kept


def test_an_organisation_is_found_whole(commander, capsys):
    """All of its repositories, which no limit of a search cuts off."""
    assert 0 == commander.find(capsys, organisation="burst")[0]
    assert 1100 == len(commander.names())


def test_a_list_is_found_by_name(commander, tmp_path, capsys):
    """Names or addresses, with comments; what GitHub does not know is told, and is no hindrance."""
    names = [f"famous/r{number}" for number in range(120)]
    lines = ["# ours", "", "https://github.com/burst/r1", "BURST/R1", "burst/nothing", *names]
    (tmp_path / "list").write_text("\n".join(lines))

    code, printed, told = commander.find(capsys, names=tmp_path / "list")

    assert (0, {"burst/r1", *names}) == (code, set(commander.names()))
    assert "GitHub knows no repository burst/nothing, or the token may not see it.\n" == told
    assert printed.startswith("Found 121 repositories;")


def test_what_was_found_is_cloned(owner, own, capsys):
    """The address that GitHub tells is one to clone from, and the licence it tells is kept."""
    own.forge.set_figures("acme/demo", RepositoryFigures(5, language="Python", licence="MIT"))
    assert 0 == owner.find(capsys, query="repo:acme/demo")[0]
    settings = CorpusSettings(**owner.settings)

    assert 0 == clone_corpus(Console(file=StringIO()), settings, [], None, None)

    with open_corpus_database(settings.corpus_url) as database:
        (record,) = database.fetch_repositories()
        assert ("cloned", "MIT") == (record.clone_state, record.own_licence)
        assert ["a.py"] == [file.path for file in database.fetch_files(record.id)]


def test_a_postgresql_takes_the_same(owner, postgres, capsys):
    """With GREENLIT_DATABASE_URL the corpus stands there, and no file is made."""
    owner.settings["database_url"] = postgres.create_database()

    assert 0 == owner.find(capsys)[0]
    assert 600 == len(owner.names())
    assert not (owner.settings["home"] / "corpus").exists()


@pytest.mark.parametrize(
    ("changes", "wanted", "code", "words"),
    [
        ({"github_token": None}, {}, 2, "GitHub answers no search without a token. Set GH_TOKEN"),
        ({"github_token": "ghp_wrong"}, {}, 2, "GitHub does not accept the token in GH_TOKEN"),
        ({"github_api_url": "http://127.0.0.1:9"}, {}, 1, "GitHub gave no answer to POST"),
        ({"database_url": "corpus.sqlite"}, {}, 2, "is no address of a database"),
        ({}, {"query": "stars:many"}, 2, "stars:many is no range of stars"),
        ({}, {"query": "org:nobody"}, 2, "do not exist or you do not have permission"),
        (
            {},
            {"query": "language:Plankalkuel"},
            1,
            "GitHub finds nothing for language:Plankalkuel.",
        ),
        ({}, {"organisation": "nobody"}, 2, "GitHub knows no organisation nobody"),
        ({}, {"query": "x", "organisation": "acme"}, 2, "Give one of a query, --organisation"),
        ({}, {"names": Path("/nowhere/list")}, 2, "The list /nowhere/list cannot be read"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(commander, capsys, changes, wanted, code, words):
    """What is wrong, and what to do about it; no trace of the program, and no token."""
    commander.settings |= changes
    ended, printed, told = commander.find(capsys, **wanted)

    assert (code, "") == (ended, printed)
    assert words in told
    assert "Traceback" not in told
    assert "ghp_wrong" not in told


@pytest.mark.parametrize(
    ("text", "words"),
    [("a/b\nno name\n", "Line 2 of "), ("# nothing\n", "names no repository: write owner/name")],
)
def test_a_list_that_is_none_is_a_sentence(commander, tmp_path, capsys, text, words):
    """With the line that is wrong."""
    (tmp_path / "list").write_text(text)
    code, _, told = commander.find(capsys, names=tmp_path / "list")

    assert 2 == code
    assert words in told


def test_where_there_is_nothing_is_a_sentence(owner, own, tmp_path, capsys):
    """An organisation without repositories, and a list of which GitHub knows none."""
    own.forge.state.find_account("empty", "Organization")
    (tmp_path / "list").write_text("famous/nothing\n")

    assert (1, "", "empty has no repositories that the token may see.\n") == owner.find(
        capsys, organisation="empty"
    )
    assert (
        "GitHub knows none of the repositories in "
        in owner.find(capsys, names=tmp_path / "list")[2]
    )


def test_a_token_that_may_not_read_is_told(owner, own, capsys):
    """What to make instead, and where."""
    (installation,) = own.forge.state.installations.values()
    record = own.forge.apps.mint_token(installation, None, None)
    record.permissions.clear()
    owner.settings["github_token"] = record.secret
    code, _, told = owner.find(capsys)

    assert 2 == code
    assert "GitHub does not let the token in GH_TOKEN search. Make one that may read" in told
