"""`greenlit corpus find`: against a served forge, into a real database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.cli.corpus_clone import clone_corpus
from bot.cli.corpus_find import Clockwork, WantedRepositories, find_repositories
from bot.forge.repository_figures import RepositoryFigures
from bot.settings import CorpusSettings
from tests.learn.listed_github import ListedGitHub, serve_listed

ROOT = Path(__file__).parents[2]
NOW = 1_796_000_000.0  # in November 2026


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
def own(tmp_path: Path) -> Iterator[ListedGitHub]:
    """A GitHub of one test, where 600 repositories are found in six pages."""
    with serve_listed(tmp_path / "forge") as listed:
        listed.list_many("famous", 600, None)
        yield listed


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


@pytest.fixture
def commander(tmp_path: Path, github: ListedGitHub) -> Commander:
    """Somebody at the GitHub that all tests read."""
    return Commander(tmp_path, github)


@pytest.fixture
def owner(tmp_path: Path, own: ListedGitHub) -> Commander:
    """Somebody at the GitHub of one test."""
    return Commander(tmp_path, own)


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


@pytest.mark.parametrize(
    "kind", ["403-secondary", "403-secondary-silent", "403-primary", "429", "429-silent"]
)
def test_limits_are_waited_for(owner, own, capsys, kind):
    """As long as GitHub says, or a minute where it says nothing; then it goes on."""
    own.forge.faults.add("POST", "graphql", kind, times=2, wait_s=7, spared=3)

    code, _, told = owner.find(capsys)

    assert (0, 600) == (code, len(owner.names()))
    assert f"Waiting {owner.waits[0]:.0f} s (GitHub's limit): 300 of 600\n" in told
    assert 2 == len(owner.waits)
    expected = 60 if kind.endswith("silent") else 7
    assert all(expected - 2 <= wait <= expected for wait in owner.waits)


def test_the_limit_of_points_is_kept(owner, own, capsys):
    """When all points of the hour are spent, nothing more is asked until the next hour."""
    own.forge.state.request_counts[f"Bearer {own.token}"] = 4998

    assert 0 == owner.find(capsys)[0]
    assert owner.waits
    assert all(0 < wait <= 3600 for wait in owner.waits)


@pytest.mark.parametrize("kind", ["500", "cut", "200-html", "200-other-shape"])
def test_a_failure_that_passes_is_tried_again(owner, own, capsys, kind):
    """With a smaller page and a pause; nothing is found twice."""
    own.forge.faults.add("POST", "graphql", kind, times=2, spared=1)

    assert 0 == owner.find(capsys)[0]
    assert 600 == len(owner.names())


def test_a_failure_that_stays_ends_it_and_keeps_what_was_found(owner, own, capsys):
    """The sentence says that the same command goes on there, and so it does."""
    own.forge.faults.add("POST", "graphql", "500", times=8, spared=3)
    code, _, told = owner.find(capsys)

    assert (1, 300) == (code, len(owner.names()))
    assert "What was found is kept, and the same command goes on there." in told

    before = own.count_queries()
    code, _, told = owner.find(capsys)
    assert (0, 600) == (code, len(owner.names()))
    assert "Going on where it was stopped: 300 are found already." in told
    assert 3 == own.count_queries() - before


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_what_is_stopped_goes_on_where_it_was(owner, own, capsys, signal_number):
    """By kill -9 or Ctrl-C between two pages: the next one finds the rest and nothing twice."""
    own.forge.faults.add("POST", "graphql", "429", wait_s=600, spared=4)
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "GREENLIT_HOME": str(owner.settings["home"]),
        "GREENLIT_GITHUB_API_URL": own.api,
        "GH_TOKEN": own.token,
    }
    command = [sys.executable, "-m", "bot", "corpus", "find"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while own.forge.faults.count_fired() == 0:
        time.sleep(0.05)
    time.sleep(0.2)
    process.send_signal(signal_number)
    _, told = process.communicate(timeout=30)

    assert 400 == len(owner.names())
    if signal_number == signal.SIGINT:
        assert 130 == process.returncode
        assert "Stopped. What was found is kept, and the same command goes on there." in told
    before = own.count_queries()
    assert 0 == owner.find(capsys)[0]
    assert (600, 2) == (len(set(owner.names())), own.count_queries() - before)


def test_what_was_found_is_cloned(owner, own, capsys):
    """The address that GitHub tells is one to clone from, and the licence it tells is kept."""
    own.forge.set_figures("acme/demo", RepositoryFigures(5, language="Python", licence="MIT"))
    assert 0 == owner.find(capsys, query="repo:acme/demo")[0]
    settings = CorpusSettings(**owner.settings)

    assert 0 == clone_corpus(Console(file=StringIO()), settings, [], None, None)

    with open_corpus_database(settings.corpus_url) as database:
        (record,) = database.fetch_repositories()
        assert ("cloned", "MIT") == (record.clone_state, record.repository.licence)
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


def test_a_token_that_may_not_read_is_told(owner, own, capsys):
    """What to make instead, and where."""
    (installation,) = own.forge.state.installations.values()
    record = own.forge.apps.mint_token(installation, None, None)
    record.permissions.clear()
    owner.settings["github_token"] = record.secret
    code, _, told = owner.find(capsys)

    assert 2 == code
    assert "GitHub does not let the token in GH_TOKEN search. Make one that may read" in told
