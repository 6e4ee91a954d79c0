"""The promises of `greenlit locate` and `greenlit map`: any repository, any commit,
nothing touched.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.locate import FOUND, NOTHING, WRONG_USE, CommitSource, print_locations, print_repo_map
from tests.git_served import git
from tests.search.commit_fixture import files

ISSUE = "Total of an empty cart is wrong\n\n`Cart.total` should be 0.\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The shop, committed twice; the second commit moved the reports."""
    folder = tmp_path / "shop"
    for path, data in files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=Sell things")
    git(folder, "mv", "shop/reports.py", "shop/sales.py")
    git(folder, "commit", "--quiet", "--message=Rename the reports to sales")
    return folder


@pytest.fixture
def ask(tmp_path, capsys):
    """Ask about a request, and get the status with what was printed."""

    def act(repo: Path, text: str = ISSUE, rev: str = "HEAD", *, as_json: bool = False):
        (tmp_path / "issue.md").write_bytes(text.encode("utf-8", "surrogateescape"))
        place = CommitSource(repo, rev, tmp_path / "cache")
        status = print_locations(place, str(tmp_path / "issue.md"), 20, as_json=as_json)
        said = capsys.readouterr()
        return status, said.out + said.err

    return act


def test_the_files_come_with_their_reasons_definitions_and_tests(shop, ask):
    """Best first, in words; in a pipe the reasons of each are a line, however long."""
    status, said = ask(shop)

    assert FOUND == status
    assert (
        said.index("shop/cart.py")
        < said.index("defines Cart, total")
        < said.index("2-3        method Cart.total")
    )
    assert "Tests\n    tests/test_cart.py\n" in said
    assert "tested by tests/test_cart.py; used by make_app\n" in said
    assert "\x1b" not in said


def test_programs_get_json(shop, ask):
    """With the shape that scripts rely on."""
    status, said = ask(shop, as_json=True)
    told = json.loads(said)

    assert FOUND == status
    assert {"path", "score", "why"} == set(told["files"][0])
    assert {"path", "name", "kind", "line", "end_line", "score"} == set(told["symbols"][0])
    assert ["tests/test_cart.py"] == [test["path"] for test in told["tests"]]


def test_similar_changes_come_with_their_diffs(shop, ask):
    """What else changed when such a thing changed here."""
    told = json.loads(ask(shop, "Rename the reports", as_json=True)[1])

    assert ["Rename the reports to sales\n"] == [
        change["message"] for change in told["similar_changes"]
    ]
    assert "--- shop/sales.py\n@@ -0,0 +1,5 @@\n" in told["similar_changes"][0]["diff"]


def test_another_of_a_kind_comes_with_examples_and_with_what_went_along(shop, ask):
    """In words and as JSON; for any other request there is none."""
    for name in ("csv", "html", "json"):
        (shop / "shop/formats").mkdir(exist_ok=True)
        code = f"class {name.title()}Format(Format):\n    def render(self):\n        return ''\n"
        (shop / f"shop/formats/{name}_format.py").write_text(code)
        (shop / "shop/reports.md").write_text(f"Reports come as {name}.\n")
        git(shop, "add", ".")
        git(shop, "commit", "--quiet", f"--message=Add the {name} format")
    family = json.loads(ask(shop, "Add a YAML format", as_json=True)[1])["family"]
    said = ask(shop, "Add a YAML format")[1]
    sha = git(shop, "rev-parse", "HEAD").strip()

    assert ("classes", "Format", 3, 3) == (
        family["kind"],
        family["place"],
        family["size"],
        family["additions"],
    )
    assert "Add the json format\n" == family["last_addition"]["message"]
    assert [{"path": "shop/reports.md", "commits": 3}] == family["places"]
    assert (
        "\nAnother of the 3 classes with the base Format\n"
        "    like shop/formats/json_format.py:1-3 class JsonFormat\n"
        "    like shop/formats/html_format.py:1-3 class HtmlFormat\n"
        f"    last added by {sha[:12]}, Add the json format\n"
        "    with it changed shop/reports.md (3 of 3)\n"
    ) in said
    assert json.loads(ask(shop, as_json=True)[1])["family"] is None


def test_any_commit_can_be_asked_for_and_the_future_is_not_seen(shop, ask):
    """Neither its files nor what it says; the folder stays as it is."""
    before = git(shop, "status", "--porcelain")
    told = json.loads(ask(shop, "Rename the reports to sales", "HEAD~1", as_json=True)[1])

    assert [] == told["similar_changes"]
    assert "shop/sales.py" not in {file["path"] for file in told["files"]}
    assert before == git(shop, "status", "--porcelain")


def test_a_second_commit_is_answered_as_if_it_were_the_first(shop, ask, tmp_path):
    """What is remembered of one commit changes nothing in the answer about another."""
    remembered = [ask(shop, rev=rev, as_json=True) for rev in ("HEAD~1", "HEAD")][1]
    (tmp_path / "cache").rename(tmp_path / "elsewhere")

    assert remembered == ask(shop, as_json=True)


def test_many_commits_later_the_answer_is_the_same(shop, ask, tmp_path):
    """What was learned commit by commit is joined, and says what it would say had it been learned
    at once.
    """
    for number in range(12):
        (shop / "shop/cart.py").write_text(
            files()["shop/cart.py"].decode() + f"\n\ndef total_{number}(): ...\n"
        )
        git(shop, "commit", "--quiet", "--all", f"--message=Total number {number}")
        remembered = ask(shop, as_json=True)
    (file,) = (tmp_path / "cache").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as db:
        (segments,) = db.execute("SELECT count(*) FROM segments").fetchone()
    (tmp_path / "cache").rename(tmp_path / "elsewhere")

    assert segments < 24
    assert remembered == ask(shop, as_json=True)


def test_bare_repositories_and_folders_inside_are_read(shop, ask, tmp_path):
    """Whichever folder of the repository is named."""
    git(tmp_path, "clone", "--quiet", "--bare", str(shop), "bare.git")

    assert [FOUND, FOUND] == [ask(tmp_path / "bare.git")[0], ask(shop / "shop")[0]]


def test_a_shallow_clone_is_answered_from_what_is_there(shop, ask, tmp_path):
    """Without the past that was cut off."""
    git(tmp_path, "clone", "--quiet", "--depth=1", shop.as_uri(), "shallow")

    assert FOUND == ask(tmp_path / "shallow")[0]
    assert "shallow clone: git fetch --unshallow" in ask(tmp_path / "shallow", rev="HEAD~1")[1]


def test_a_partial_clone_sends_for_nothing(shop, ask, tmp_path):
    """Files that are not here are told; their remote is not asked."""
    git(shop, "config", "uploadpack.allowFilter", "true")
    git(
        tmp_path,
        "clone",
        "--quiet",
        "--filter=blob:none",
        "--no-checkout",
        shop.as_uri(),
        "partial",
    )
    status, said = ask(tmp_path / "partial", as_json=True)

    assert FOUND == status
    assert "shop/cart.py: not in this clone" in json.loads(said)["skipped"]
    with pytest.raises(AssertionError):  # it is still not there
        git(
            tmp_path / "partial",
            "-c",
            "protocol.allow=never",
            "cat-file",
            "-e",
            "HEAD:shop/cart.py",
        )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", WRONG_USE),
        (" \n\n", WRONG_USE),
        ("zzzz", NOTHING),
        ("![screenshot](https://example.org/a.png)", NOTHING),
        ("カートの合計", NOTHING),
        (
            'Traceback (most recent call last):\n  File "/x/shop/cart.py", line 3, in total\nTypeError\n',
            FOUND,
        ),
        ("cart total " * 100_000, FOUND),
        ("\udcff\udcfe cart", FOUND),
        ("PK\x03\x04\0\0 cart total", WRONG_USE),
    ],
)
def test_any_text_gets_an_answer_or_a_reason(shop, ask, text, status):
    """Empty, huge, a picture only, a traceback only, another script, no UTF-8."""
    assert status == ask(shop, text)[0]


@pytest.mark.parametrize(
    ("rev", "why"),
    [
        ("nope", "has no commit nope"),
        ("--all", "has no commit --all"),
        ("a" * 40, "has no commit aaaa"),
    ],
)
def test_an_unknown_commit_is_wrong_use(shop, ask, rev, why):
    """Said in words."""
    status, said = ask(shop, rev=rev)

    assert WRONG_USE == status
    assert why in said


@pytest.mark.parametrize(
    ("name", "why"),
    [("plain", "no git repository"), ("nowhere", "no folder"), ("empty", "no commit")],
)
def test_what_is_no_repository_is_wrong_use(ask, tmp_path, name, why):
    """A folder that is none, one that is not there, and one without a commit."""
    (tmp_path / "plain").mkdir()
    git(tmp_path, "init", "--quiet", "empty")
    status, said = ask(tmp_path / name)

    assert WRONG_USE == status
    assert why in said


def test_a_name_cannot_command_the_terminal(shop, ask):
    """Escape sequences in paths come out as what they are not."""
    (shop / "cart\x1b[31m.py").write_text("def total(): ...\n")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "--message=Odd")

    assert "\x1b" not in ask(shop)[1]


def test_a_map_is_the_same_each_time_and_keeps_its_budget(shop, tmp_path, capsys):
    """Layout first, then signatures with their lines."""
    place = CommitSource(shop, "HEAD", tmp_path / "cache")
    maps = []
    for cache in (tmp_path / "cache", tmp_path / "cache", tmp_path / "other"):
        assert FOUND == print_repo_map(CommitSource(shop, "HEAD", cache), 200)
        maps.append(capsys.readouterr().out)

    assert maps[0] == maps[1] == maps[2]
    assert "shop/cart.py:\n  1: class Cart:\n" in maps[0]
    assert len(maps[0]) <= 200 * 4
    assert place.repo == shop


def test_programs_that_were_not_read_are_told_and_pictures_are_not(shop, ask):
    """Among the tests as well."""
    (shop / "tests/shot.png").write_bytes(b"\x89PNG\0")
    (shop / "tests/test_odd.py").write_bytes(b"def test_odd():\0\n")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "--message=Odd things")
    _, said = ask(shop, as_json=True)

    assert ["tests/test_odd.py: binary"] == json.loads(said)["skipped"]


def test_who_reviewed_a_commit_says_nothing_of_its_files(shop, ask):
    """Trailers are not what a commit says of the code; the rest of its message is."""
    (shop / "shop/app.py").write_text("x = 1\n")
    git(
        shop,
        "commit",
        "--quiet",
        "--all",
        "--message=Tidy the zebra\n\nReviewed-by: Wombat <wombat@example.org>",
    )

    assert NOTHING == ask(shop, "wombat")[0]
    assert FOUND == ask(shop, "zebra")[0]
