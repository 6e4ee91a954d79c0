"""Conflicts of a merge: what leaves no doubt is solved, the rest is left as git left it."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.git.merge_file import merge_file
from bot.merge import MergedText, ThreeTexts, merge_text
from bot.values.merges import MARKER_SIZE


def merge(folder: Path, path: str, base: str, ours: str, theirs: str) -> MergedText:
    """Merge three texts by git's own line merge and our rules."""
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_text(text, newline="")
    marked = merge_file(folder / "base", folder / "ours", folder / "theirs", MARKER_SIZE)
    return merge_text(path, ThreeTexts(base, ours, theirs), marked.decode())


LOAD = "\n\ndef load(path):\n    return open(path)\n"
COUNT = "\n\ndef count(words):\n    total = sum(words)\n    return total\n"
ONE = "\n## Release 1.10.1\n\nNothing of note.\n"
TWO = "\n## Release 1.10.2\n\n- Ours is quicker.\n"
SOLVED = {
    "imports are kept in their order": (
        "a.py",
        "import os\n",
        "import os\nimport typing\n",
        "import os\nimport sys\n",
        "import os\nimport sys\nimport typing\n",
        "both additions",
    ),
    "entries of a changelog are both kept": (
        "CHANGES.md",
        "# Changes\n",
        "# Changes\n\n- Ours is quicker.\n",
        "# Changes\n\n- Theirs has a page.\n",
        "# Changes\n\n- Ours is quicker.\n\n- Theirs has a page.\n",
        "both additions",
    ),
    "two releases are both kept": (
        "CHANGES.md",
        "# Changes\n",
        f"# Changes\n{TWO}",
        f"# Changes\n{ONE}",
        f"# Changes\n{TWO}{ONE}",
        "both additions",
    ),
    "two new functions are two things": (
        "a.py",
        "x = 1\n",
        f"x = 1\n{LOAD}",
        f"x = 1\n{COUNT}",
        f"x = 1\n{COUNT}{LOAD}",
        "both additions",
    ),
    "the greater version wins": (
        "setup.py",
        "VERSION = '0.9.dev'\n",
        "VERSION = '0.10.dev'\n",
        "VERSION = '0.9.1'\n",
        "VERSION = '0.10.dev'\n",
        "the greater version",
    ),
    "who only changed blank space gives way": (
        "a.py",
        "def f( a ):\n",
        "def f(a):\n",
        "def f( a, b ):\n",
        "def f( a, b ):\n",
        "one side changed only blank space",
    ),
    "neighbouring lines are changed by both": (
        "a.txt",
        "one\ntwo\n",
        "ONE\ntwo\n",
        "one\nTWO\n",
        "ONE\nTWO\n",
        "changes of other lines",
    ),
    "a line goes, and the next one changes": (
        "a.py",
        "@slow\nclass A(object):\n",
        "@slow\nclass A:\n",
        "class A(object):\n",
        "class A:\n",
        "changes of other lines",
    ),
    "what both added before their changes stands there once": (
        "a.txt",
        "one\ntwo\n",
        "new\nONE\ntwo\n",
        "new\none\nTWO\n",
        "new\nONE\nTWO\n",
        "changes of other lines",
    ),
    "two entries of a list look alike": (
        "a.py",
        "names = [\n]\n",
        'names = [\n    "first_name",\n]\n',
        'names = [\n    "last_name",\n]\n',
        'names = [\n    "first_name",\n    "last_name",\n]\n',
        "both additions",
    ),
    "other words of one line are changed by both": (
        "a.md",
        "The bot reads the issue and writes a change.\n",
        "The robot reads the issue and writes a change.\n",
        "The bot reads the issue and writes two changes.\n",
        "The robot reads the issue and writes two changes.\n",
        "changes of other words",
    ),
    "the side that did the same and more wins": (
        "a.go",
        "x := old\n",
        "x := new\n",
        "x := new\ny := x\n",
        "x := new\ny := x\n",
        "one side holds the other's change",
    ),
    "the longer of two same additions wins": (
        "a.md",
        "x\n",
        "x\n\nNew words.\n",
        "x\n\nNew words.\nMore of them.\n",
        "x\n\nNew words.\nMore of them.\n",
        "one side holds the other's addition",
    ),
}
LEFT = {
    "a word that one side changed and the other wrote once more": (
        "a.md",
        "Alias a command ([example](./alias.js)).\n",
        "Alias a command ([example](./alias.cjs)).\n",
        "Alias a command (file: [alias.js](./alias.js)).\n",
    ),
    "one word, two new values": ("a.py", "x = 1\n", "x = 2\n", "x = 3\n"),
    "a name less and a name more in one list": (
        "a.py",
        "from m import a, b\n",
        "from m import b\n",
        "from m import a, b, c\n",
    ),
    "an entry of a list that went beside one that changed": (
        "a.py",
        "names = [\n    first,\n    last,\n]\n",
        "names = [\n    given,\n    last,\n]\n",
        "names = [\n    first,\n]\n",
    ),
    "two tries at one function": (
        "a.py",
        "x = 1\n",
        "x = 1\n\n\ndef load(path):\n    with open(path) as file:\n        return file.read()\n",
        "x = 1\n\n\ndef load(name):\n    with open(name) as file:\n        return file.read()\n",
    ),
    "lines that one side wrapped beside one that changed": (
        "a.py",
        "f(a, b)\nx = 1\n",
        "f(a,\n  b)\nx = 1\n",
        "f(a, b)\nx = 2\n",
    ),
    "two lines that became one beside one that changed": (
        "a.py",
        "a = 1\nb = 2\nc = 3\n",
        "ab = 12\nc = 3\n",
        "a = 1\nb = 2\nc = 4\n",
    ),
    "two functions of almost one name": (
        "a.py",
        "x = 1\n",
        "x = 1\n\n\ndef load_all(path):\n    return open(path)\n",
        "x = 1\n\n\ndef load_all(paths):\n    total = sum(sizes)\n    return [total / 2]\n",
    ),
    "a block that one side added twice": (
        "a.py",
        "x = 1\n",
        f"x = 1\n{COUNT}{COUNT}",
        f"x = 1\n{COUNT}",
    ),
    "one name, added twice": (
        "a.ts",
        "let x\n",
        "let x\nimport { a } from './b'\nconst y = one(a)\n",
        "let x\nimport { a } from './b'\nconst z = two\nconst w = three\n",
    ),
}


@pytest.mark.parametrize(
    ("path", "sides", "merged", "rule"),
    [(path, sides, merged, rule) for path, *sides, merged, rule in SOLVED.values()],
    ids=SOLVED,
)
def test_what_is_certain_is_solved(path, sides, merged, rule, tmp_path):
    """Each rule solves its kind of conflict, and says which it was."""
    result = merge(tmp_path, path, *sides)

    assert (merged, [rule]) == (result.text, [resolution.rule for resolution in result.solved])


@pytest.mark.parametrize(("path", "base", "ours", "theirs"), LEFT.values(), ids=LEFT)
def test_what_is_not_certain_is_left(path, base, ours, theirs, tmp_path):
    """Where people have to decide, both sides stand between git's markers."""
    result = merge(tmp_path, path, base, ours, theirs)

    assert ((), 1) == (result.solved, len(result.left))
    assert ["<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n"] == [
        line for line in result.text.splitlines(keepends=True) if line[:7] in MARKERS
    ]


MARKERS = ("<" * 7, "=" * 7, ">" * 7)


def test_a_solution_that_does_not_parse_is_not_taken(tmp_path):
    """Both sides parse and what both did together does not: the conflict is left."""
    result = merge(tmp_path, "a.py", "f(a)\n", "f(k=a)\n", "f(a, b)\n")

    assert ((), (1,)) == (result.solved, result.left)


def test_lines_that_look_like_markers_are_text(tmp_path):
    """A heading that is underlined with seven signs is no divider."""
    base = "Title\n=======\n\none\ntwo\n"

    result = merge(tmp_path, "a.rst", base, base.replace("one", "ONE"), base.replace("two", "TWO"))

    assert "Title\n=======\n\nONE\nTWO\n" == result.text


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("a\nb", "A\nb", "a\nB", "A\nB"),
        ("a\nb", "A\nb\n", "a\nB", "A\nB\n"),
        ("a\nb\n", "A\nb\n", "a\nB", "A\nB"),
        ("a\r\nb\r\n", "A\r\nb\r\n", "a\r\nB\r\n", "A\r\nB\r\n"),
    ],
    ids=["none", "ours adds one", "theirs takes it away", "CRLF"],
)
def test_line_ends_are_kept(base, ours, theirs, merged, tmp_path):
    """The last line ends as whoever changed that wanted; carriage returns are part of a line."""
    assert merged == merge(tmp_path, "a.txt", base, ours, theirs).text


LINES = st.lists(st.sampled_from(["a\n", "b\n", "\n", "c = 1\n", "import d\n"]), max_size=8)


def mark(*sides: list[str]) -> str:
    """Write one conflict of three sides as git does."""
    ours, base, theirs = ("".join(lines) for lines in sides)
    start, middle, divider, end = (sign * MARKER_SIZE for sign in "<|=>")
    return f"{start} ours\n{ours}{middle} base\n{base}{divider}\n{theirs}{end} theirs\n"


@given(base=LINES, change=LINES)
def test_what_one_side_changed_is_the_merge(base, change):
    """Where only one side changed anything, its text is the result."""
    old, new = "".join(base), "".join(change)

    assert [new, new] == [
        merge_text("a.txt", ThreeTexts(old, new, old), mark(change, base, base)).text,
        merge_text("a.txt", ThreeTexts(old, old, new), mark(base, base, change)).text,
    ]


@given(base=LINES, ours=LINES, theirs=LINES)
def test_a_solution_holds_nothing_new(base, ours, theirs):
    """A solved conflict holds no marker, and no word that none of the three texts has."""
    old, mine, yours = map("".join, (base, ours, theirs))

    result = merge_text("a.txt", ThreeTexts(old, mine, yours), mark(ours, base, theirs))

    words = {word for text in (old, mine, yours) for word in text.split()}
    assert bool(result.left) or {*result.text.split()} <= words


@pytest.mark.long
def test_git_merges_by_it(tmp_path):
    """Set as git's merge driver, it solves what git alone would leave."""

    def git(*words: str) -> None:
        subprocess.run(["git", "-C", tmp_path, *words], check=True, capture_output=True)

    git("init", "-qb", "main")
    git("config", "user.email", "a@example.com")
    git("config", "user.name", "A")
    driver = f"{sys.executable} -m bot merge --path %P --output %A %O %A %B"
    git("config", "merge.greenlit.driver", driver)
    (tmp_path / ".gitattributes").write_text("* merge=greenlit\n")
    (tmp_path / "a.py").write_text("import os\n")
    git("add", "-A")
    git("commit", "-qm", "base")
    git("checkout", "-qb", "other")
    (tmp_path / "a.py").write_text("import os\nimport sys\n")
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "main")
    (tmp_path / "a.py").write_text("import os\nimport typing\n")
    git("commit", "-qam", "ours")

    git("merge", "-q", "--no-edit", "other")

    assert "import os\nimport sys\nimport typing\n" == (tmp_path / "a.py").read_text()
