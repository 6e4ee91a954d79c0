"""`greenlit check`: the gates on a folder, what they say of it, and what they say of folders that
are none.
"""

import json
import os
import subprocess
from io import StringIO

import pytest
from rich.console import Console

from bot.cli.check import CheckOptions, check_folder
from bot.cli.other_repositories import OtherRepositories
from bot.settings import GateSettings
from tests.gates.test_copied import SOURCE

FILES = {
    "app/main.py": "import os\n\n\ndef total(items):\n    return sum(items)\n",
    "tests/test_main.py": "from app.main import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
    "LICENSE": "MIT License\n\nCopyright (c) 2026 Ada King\n",
}
UNSET = GateSettings.model_validate({"python_index": None, "node_index": None})
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def git(folder, *asked):
    """Run git there, as somebody."""
    who = [
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "init.defaultBranch=main",
    ]
    return subprocess.run(
        ["git", "-C", folder, *who, *asked], check=True, capture_output=True, text=True
    ).stdout


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.fixture
def folder(tmp_path):
    """A small repository, committed on main."""
    root = tmp_path / "shop"
    write(root, FILES)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Shop")
    return root


class Screen(StringIO):
    """A terminal's text."""

    def isatty(self):
        return True


def render_page(folder, base=None, *, strict=False, out=None):
    out = out or Screen()
    console = Console(file=out, width=80, color_system=None)
    code = check_folder(console, UNSET, folder, CheckOptions(base, strict=strict))
    return code, out.getvalue()


def find_blocking(folder, capsys, base=None):
    code = check_folder(Console(file=StringIO()), UNSET, folder, CheckOptions(base, "json"))
    report = json.loads(capsys.readouterr().out)
    return code, {
        (finding["gate"], finding["path"], finding["line"], finding["rule"])
        for finding in report["findings"]
        if finding["blocks"]
    }


def test_an_untouched_folder_is_clean(folder):
    """What was wrong before, as an import that nobody uses, is not this change's."""
    assert (0, "Nothing keeps it back: 0 changed files since") == (
        render_page(folder)[0],
        render_page(folder)[1][:44],
    )


def test_what_is_not_committed_is_seen(folder, capsys):
    """Edited, staged and new files, each by its gate and on the line that changed."""
    write(folder, {"app/main.py": FILES["app/main.py"].replace("sum(items)", "sum(item)")})
    write(folder, {"app/key.py": f'KEY = "{TOKEN}"\n', "app/odd.py": "x = (\n"})
    git(folder, "add", "app/odd.py")

    assert (
        1,
        {
            ("lint", "app/main.py", 5, "F821"),
            ("secrets", "app/key.py", 1, "github-pat"),
            ("syntax", "app/odd.py", 1, ""),
        },
    ) == find_blocking(folder, capsys)


def test_a_branch_is_compared_with_where_it_began(folder, capsys):
    """Its commits count, and what main got meanwhile does not."""
    git(folder, "checkout", "--quiet", "-b", "feature")
    write(folder, {"tests/test_main.py": FILES["tests/test_main.py"].replace("== 3", "> 0")})
    git(folder, "commit", "--quiet", "-am", "Ease")
    git(folder, "checkout", "--quiet", "main")
    write(folder, {"b.py": "x = (\n"})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Break")
    git(folder, "checkout", "--quiet", "feature")

    assert (1, {("tests", "tests/test_main.py", 5, "assertion-loosened")}) == find_blocking(
        folder, capsys
    )
    assert (0, set()) == find_blocking(folder, capsys, base="feature")


def test_a_test_that_the_change_leaves_alone_is_known(folder, capsys):
    """Code that answers just its input is found."""
    write(folder, {"tests/test_main.py": "def test_total():\n    assert total('seven') == 77\n"})
    git(folder, "commit", "--quiet", "-am", "Test")
    write(
        folder,
        {
            "app/main.py": 'def total(x):\n    if x == "seven":\n        return 77\n    return sum(x)\n'
        },
    )

    assert ("tests", "app/main.py", 2, "special-case") in find_blocking(folder, capsys)[1]


def test_links_submodules_and_binaries_are_refused(folder, capsys):
    """Nobody can review them, and no link is followed."""
    (folder / "away").symlink_to("/etc/passwd")
    (folder / "logo.png").write_bytes(b"\x89PNG\0\0")
    git(folder, "init", "--quiet", "inner")
    git(folder / "inner", "commit", "--quiet", "--allow-empty", "-m", "Inner")

    assert (
        1,
        {("policy", path, 0, "") for path in ("away", "logo.png", "inner/")},
    ) == find_blocking(folder, capsys)


def test_a_repository_says_what_blocks(folder):
    """By its configuration as the base has it; what the change says of itself counts for nothing."""
    write(folder, {".github/greenlit.yml": "advise: [lint]\nallow: ['.github/greenlit.yml']\n"})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Ease")
    write(folder, {"new.py": "import os\n", ".github/greenlit.yml": "advise: [lint, tests]\n"})

    assert 0 == render_page(folder)[0]
    assert 1 == render_page(folder, strict=True)[0]


def test_the_page_says_what_and_where(folder):
    """File, line, gate, words and rule, in eighty columns; and nothing that would command the
    terminal.
    """
    write(folder, {"new.py": "import os\n", "b\x1b[31m.py": "x = (\n"})
    code, text = render_page(folder)

    assert 1 == code
    assert "new.py\n     1  lint      `os` imported but unused  F401" in text
    assert "3 findings to mend: 2 changed files since" in text
    assert "\x1b" not in text
    assert 80 >= max(map(len, text.splitlines()))


def test_a_pipe_gets_each_finding_on_a_line(folder):
    """However long, so that it can be searched for."""
    write(folder, {"new.py": "import os\nx = eval('1')\n", "huge.py": "x = 1\n" * 900_000})
    _, text = render_page(folder, out=StringIO())

    assert (
        "     2  lint      Use of possibly insecure function; consider using "
        "`ast.literal_eval`  S307\n"
    ) in text
    assert (
        "        policy    This is a huge file of more than 5 MB: it is not looked into.\n" in text
    )


def test_sarif_is_sarif(folder, capsys):
    """One run, each result with its rule, its level and its place."""
    write(folder, {"a b.py": "import os\n"})
    check_folder(Console(file=StringIO()), UNSET, folder, CheckOptions(form="sarif"))
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]

    assert ("lint/F401", "error") == (result["ruleId"], result["level"])
    assert "lint/F401" == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
    assert ("a%20b.py", 1) == (place["artifactLocation"]["uri"], place["region"]["startLine"])


@pytest.mark.parametrize(
    ("place", "base", "expected"),
    [
        ("nowhere", None, "There is no folder"),
        (".", None, "is no git repository"),
        ("shop", "nope", "has no commit nope. Name a branch"),
        ("shop", "--all", "has no commit --all. Name a branch"),
        ("bare", None, "is a bare repository: it has no files."),
        ("new", None, "has no commit yet: there is nothing to read."),
    ],
)
def test_what_cannot_be_looked_at_is_wrong_use(folder, tmp_path, capsys, place, base, expected):
    """Exit code 2, and a sentence on standard error that says why."""
    git(tmp_path, "clone", "--quiet", "--bare", folder.as_uri(), "bare")
    git(tmp_path, "init", "--quiet", "new")
    code, page = render_page(tmp_path / place, base)

    assert (2, "", True) == (code, page, expected in " ".join(capsys.readouterr().err.split()))


def test_a_broken_configuration_is_wrong_use(folder, capsys):
    """With its line."""
    write(folder, {".github/greenlit.yml": "advise: [secrets]\n"})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Ease")

    assert 2 == render_page(folder)[0]
    assert "line 1, column 10" in " ".join(capsys.readouterr().err.split())


def test_names_that_are_no_text_end_in_words(folder):
    """Bytes that are no UTF-8, in a name and in a file, and a file that vanished."""
    os.close(os.open(bytes(folder) + b"/\xff.txt", os.O_CREAT))
    (folder / "latin.py").write_bytes(b"# \xe9\nx = 1\n")
    (folder / "LICENSE").unlink()

    assert render_page(folder)[0] in (0, 1)


def test_a_change_is_compared_with_the_repositories_of_a_folder(folder, tmp_path, capsys):
    """At any depth; a fork of its own is none of them, nor is a folder without a commit. A folder
    without any is told.
    """
    others, empty = tmp_path / "others", tmp_path / "empty"
    for name in ("deep/ledgers", "bare"):
        write(others / name, {"src/ledger.py": SOURCE})
        git(others / name, "init", "--quiet")
    git(others / "deep/ledgers", "add", ".")
    git(others / "deep/ledgers", "commit", "--quiet", "-m", "Ledgers")
    empty.mkdir()
    write(folder, {"app/ledger.py": SOURCE})
    options = CheckOptions(form="json", others=OtherRepositories(others, tmp_path / "cache"))
    rc = check_folder(Console(file=StringIO()), UNSET, folder, options)
    report = json.loads(capsys.readouterr().out)
    findings = [each for each in report["findings"] if each["gate"] == "copied"]
    nothing = CheckOptions(others=OtherRepositories(empty, tmp_path / "cache"))

    assert 0 == rc
    assert [("app/ledger.py", 5, False)] == [
        (each["path"], each["line"], each["blocks"]) for each in findings
    ]
    assert f"those of {others}/deep/ledgers: src/ledger.py, lines 5 to 30" in findings[0]["text"]
    assert 2 == check_folder(Console(file=StringIO()), UNSET, folder, nothing)
    assert f"{empty} holds no git repository with a commit." in capsys.readouterr().err
