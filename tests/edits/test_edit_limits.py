"""Which paths an edit may have, which file it means, and what becomes of lines and their ends."""

from __future__ import annotations

from cProfile import Profile
from random import Random
from types import CodeType

import pytest

from bot.edits import apply_edits
from bot.edits.lines import FileLines, is_same_line, loosen
from bot.edits.omitted_code import is_placeholder, refuse_omitted_code
from bot.edits.parsed_edit import COMES, GOES, STAYS, Op, Rejected
from bot.edits.path_names import PathNames, fold_case
from bot.edits.paths import normalize_path, path_refusal

INVISIBLE = "a path may not hold control or invisible characters."
OUTSIDE = "a path must be relative and stay inside the repository."
GIT = "git's own directory can never be changed."
NAME = "a name in the path has {} bytes, and file systems take at most 255."
WHOLE = "the path has {} bytes; at most 1,000 can be checked out."
PATHS = {
    "a/b.py": "",
    "a..b/...c": "",
    "é" * 127 + "x": "",
    "é" * 128: NAME.format("256"),
    "a/" * 499 + "bc": "",
    "a/" * 500 + "b": WHOLE.format("1,001"),
    "a\tb": INVISIBLE,
    "a\nb": INVISIBLE,
    "a\rb": INVISIBLE,
    "a\fb": INVISIBLE,
    "a\u200bb": INVISIBLE,
    "": OUTSIDE,
    "/a": OUTSIDE,
    "\\a": OUTSIDE,
    "../a": OUTSIDE,
    "a/../b": OUTSIDE,
    "a\\..\\b": OUTSIDE,
    "c:a": OUTSIDE,
    ".git/config": GIT,
    "a/.GIT": GIT,
    "a/.git./b": GIT,
    "a/.git ::$INDEX/b": GIT,
    "GIT~1/a": GIT,
    "a\\.git\\b": GIT,
    ".gitignore": "",
    "git/a": "",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_no_file_may_have_is_refused(path):
    """With the reason, to the byte; what only looks like it is a path as any other."""
    assert PATHS[path] == path_refusal(path)


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("A/B.PY", "a/b.py"),
        ("a//b/", "a/b"),
        ("a. ./b .", "a/b"),
        ("a/b:stream", "a/b"),
        ("a/../b", "a/../b"),
        ("a\\b", "a/b"),
        ("ﬁle", "file"),
        ("a\u200d/b", "a/b"),
        ("Straße", "strasse"),
    ],
)
def test_a_path_is_compared_as_the_laxest_file_system_takes_it(path, normal):
    """What one of them takes for the same is the same."""
    assert normal == normalize_path(path)


TREE = ("src/app/main.py", "src/lib/main.py", "src/lib/util.py", "README.md", "a/x.txt", "x.txt")


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("README.md", "README.md"),
        ("x.txt", "x.txt"),
        ("a/x.txt", "a/x.txt"),
        ("b/x.txt", "x.txt"),
        ("lib/main.py", "src/lib/main.py"),
        ("util.py", "src/lib/util.py"),
        ("til.py", None),
        ("none.py", None),
    ],
)
def test_a_path_means_itself_or_the_only_one_that_ends_so(named, path):
    """A prefix of a diff comes off where no such folder is meant."""
    assert path == PathNames(TREE).resolve(named)


REFUSED = {
    "main.py": "main.py: this could be any of src/app/main.py, src/lib/main.py. Give the whole path.",
    "readme.MD": "readme.MD: there is no such file; names differ by case or spelling from README.md.",
    "src/lib/utils.py": "src/lib/utils.py: there is no such file. Did you mean src/lib/util.py",
    "zzz": "zzz: there is no such file.",
    "../a": f"../a: {OUTSIDE}",
}


@pytest.mark.parametrize("named", REFUSED)
def test_a_path_that_means_no_file_says_what_may_be_meant(named):
    """So that the next try is right."""
    with pytest.raises(Rejected) as refused:
        PathNames(TREE).require(named)
    assert str(refused.value).startswith(REFUSED[named])


TAKEN = {
    "": "An edit does not say which file it is for.",
    "/dev/null": "An edit does not say which file it is for.",
    "x.txt": "x.txt: the file exists already. Edit it by quoting lines of it.",
    "X.TXT": "X.TXT: x.txt is there, and on some machines the two are the same name.",
    "SRC": "SRC: src/lib/util.py is there, and on some machines the two are the same name.",
    "x.txt/a": "x.txt/a: x.txt is a file, so nothing can be put under it.",
    "X.txt/b/c": "X.txt/b/c: x.txt is a file, so nothing can be put under it.",
    ".git/a": f".git/a: {GIT}",
}


@pytest.mark.parametrize("path", TAKEN)
def test_a_new_file_has_a_place_of_its_own(path):
    """On every machine, whatever it thinks of case."""
    with pytest.raises(Rejected) as refused:
        PathNames(TREE).check_new_path(path)
    assert TAKEN[path] == str(refused.value)


def test_a_file_that_came_or_went_is_known():
    """In each way that a path is looked for."""
    names = PathNames(TREE)
    assert "src/new/a.py" == names.check_new_path("src/new/a.py")
    names.add("src/new/a.py")
    assert "src/new/a.py" == names.require("a.py")
    assert names.has_folder_of("src/x")
    assert not names.has_folder_of("sr/x")
    with pytest.raises(Rejected, match="exists already"):
        names.check_new_path("src/new/a.py")
    names.remove("src/new/a.py")
    assert names.resolve("a.py") is None
    assert "src/NEW" == names.check_new_path("src/NEW")
    assert ("é", "strasse") == (fold_case("E\u0301"), fold_case("Straße"))


# --- code that was left out


GAP = "this line stands for code that was left out: `{}`."


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("    # ... rest of the code", True),
        ("// existing code", True),
        ("# the rest of the method is unchanged", True),
        ("... existing", True),
        ("...rest of the code", True),
        ("# Fields", False),
        ("  ...rest,", False),
        ("  ...existing", False),
        ("  ...other as Props,", False),
        (f"# ... rest {'x' * 148}", True),
        (f"# ... rest {'x' * 150}", False),
    ],
)
def test_a_line_that_stands_for_code_is_refused(line, is_refused):
    """It is quoted, without what is around it; a line as long as nobody writes one is code."""
    reason = read_refusal([Op(STAYS, "a", "a"), Op(COMES, "", line), Op(COMES, "", "b")])

    assert is_refused is reason.startswith(GAP.format(line.strip()[:120]))
    assert is_refused is bool(reason)


def read_refusal(ops):
    """Why an edit is refused; empty where it is not."""
    try:
        refuse_omitted_code(ops)
    except Rejected as rejected:
        return str(rejected)
    return ""


@pytest.mark.parametrize(("gone", "is_refused"), [(3, False), (4, True)])
def test_bare_dots_are_a_gap_where_lines_go(gone, is_refused):
    """Three lines less than before; else they are code, as in Python."""
    ops = (*(Op(GOES, f"line {number}") for number in range(gone)), Op(COMES, "", "    ..."))

    assert is_refused is ("left out" in read_refusal(ops))


@pytest.mark.parametrize(("length", "is_one"), [(160, True), (161, False)])
def test_a_placeholder_is_no_longer_than_people_write_one(length, is_one):
    """A search takes time by the line."""
    line = "# ... existing code".ljust(length, "x")

    assert is_one is is_placeholder(line)


# --- lines and their ends


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a\n",
        "a\r\nb\n",
        "a\nb\r\n",
        "\ufeffa\nb",
        "a\rb\n",
        "\n\n",
        "a\r\n",
        "a\r",
        "\ufeff",
    ],
)
def test_a_text_is_split_and_joined_again(text):
    """Byte for byte; joined with line feeds alone, only the ends and the mark go."""
    lines = FileLines.split(text)

    assert text == lines.join()
    assert text.removeprefix("\ufeff").replace("\r\n", "\n") == lines.join_with_line_feeds()


@pytest.mark.parametrize(
    ("text", "splices", "expected"),
    [
        ("a\nb\nc\n", [(1, 2, ("x",))], "a\nx\nc\n"),
        ("a\nb\nc", [(2, 3, ("x", "y"))], "a\nb\nx\ny"),
        ("a\nb", [(2, 2, ("x",))], "a\nb\nx"),
        ("a\r\nb\r\n", [(1, 1, ("x",))], "a\r\nx\r\nb\r\n"),
        ("a\nb\r\n", [(2, 2, ("x",))], "a\nb\r\nx\r\n"),
        ("a\r\nb\n", [(0, 1, ("x", "y"))], "x\r\ny\r\nb\n"),
        ("a\r\nb\n", [(1, 1, ("x",))], "a\r\nx\r\nb\n"),
        ("a\nb\nc\n", [(2, 3, ()), (0, 1, ("x",))], "x\nb\n"),
        ("a\r\nb", [(1, 2, ("x", "y"))], "a\r\nx\r\ny"),
        ("", [(0, 0, ("x",))], "x\n"),
        ("a", [(0, 1, ())], ""),
        ("\ufeffa\n", [(0, 0, ("x",))], "\ufeffx\na\n"),
    ],
)
def test_lines_that_come_end_as_their_neighbours_do(text, splices, expected):
    """And the file ends as it did."""
    assert expected == FileLines.split(text).splice(splices).join()


def test_a_line_is_found_exactly_or_by_its_words():
    """Quotes and dashes of word processors count as plain ones, in a search alone."""
    lines = FileLines.split("a  b\n“x” – y…\na b \nA b\n")

    assert [0, 2] == lines.find_numbers(loosen, "a b")
    assert [1] == lines.find_numbers(loosen, '"x" - y...')
    assert [2] == lines.find_numbers(str.rstrip, "a b")
    assert [3] == lines.find_numbers(lambda text: text, "A b")
    assert is_same_line("a  'b'", "a 'b'")
    assert not is_same_line("a 'b'", 'a "b"')
    assert is_same_line("a ‘b’", 'a "b"')
    assert not is_same_line("a b", "A b")


def test_lines_are_followed_through_splices():
    """Each is found where it stands by now, those that came too, and none that went."""
    chance = Random(0)
    lines = FileLines.split("".join(f"{chance.choice('abc ')}\n" for _ in range(40)))
    for _ in range(200):
        start = chance.randint(0, len(lines.texts))
        stop = min(start + chance.randint(0, 2), len(lines.texts))
        come = tuple(chance.choices("abc ", k=chance.randint(0, 2)))
        lines = lines.splice([(start, stop, come), (0, 0, ("a",))][: 1 + bool(start)])

        assert find_all(FileLines.split(lines.join())) == find_all(lines)


def find_all(lines):
    """The numbers of each line, by each key."""
    return [
        lines.find_numbers(key, text) for key in (str.rstrip, loosen) for text in ("a", "b", "")
    ]


def render_head(number, line):
    """An edit of the line as a diff of its own, whose head tells another place."""
    return f"--- a/f\n+++ b/f\n@@ -{number + 9} +{number + 9} @@\n-{line}\n+new\n"


def render_block(_, line):
    """An edit of the line as a SEARCH/REPLACE block."""
    return f"f\n<<<<<<< SEARCH\n{line}\n=======\nnew\n>>>>>>> REPLACE\n"


def is_own(code):
    """Whether it is code of the product; a profile names what is built in by a text."""
    return isinstance(code, CodeType) and "/bot/" in code.co_filename


@pytest.mark.parametrize("render", [render_head, render_block])
def test_one_file_is_not_read_anew_for_each_of_many_edits(render):
    """Counted in our own calls: many edits of a long file cost less than its lines by edits."""
    lines = [f"line {number}" for number in range(2_000)]
    edit = "".join(render(number, lines[number]) for number in range(0, 2_000, 20))
    profile = Profile()
    after = profile.runcall(apply_edits, {"f": "\n".join([*lines, ""])}, edit)["f"]
    calls = sum(entry.callcount for entry in profile.getstats() if is_own(entry.code))

    assert 100 == after.count("new")
    assert calls < 50 * len(lines)
