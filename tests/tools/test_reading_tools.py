"""What the model may look at: the tree with its edits laid over it, and nothing else of this
machine or of GitHub.
"""

import pytest

from bot.text.invisible_chars import is_invisible
from tests.tool_caller import ToolCaller

CRLF = b"one\r\ntwo\r\nthree\r\n"
LONG = "x = '" + "y" * 9_000 + "'\n"
FILES = {
    "app/main.py": b"import os\n\n\ndef serve(port):\n    return os.getpid() + port\n",
    "app/deep/main.py": b"from app.main import serve\n\nserve(1)\n",
    "README.md": b"# App\n",
    "crlf.txt": CRLF,
    "latin.txt": "Gr\u00fc\u00dfe\n".encode("latin-1"),
    "logo.png": b"\x89PNG\r\n\x1a\n\x00\x00\xff",
    "feed.py": b"a = 1\n\x0c\nb = '\xe2\x80\xa8'\nc = 3\n",
    "empty.txt": b"",
    "hidden.py": "x = 'ad\u202emin'\n".encode(),
    "long.py": LONG.encode(),
    "many.txt": b"".join(b"line %d\n" % number for number in range(1, 5001)),
    "100755:run.sh": b"echo hi\n",
    "120000:link": b"README.md",
    "120000:away": b"../../../../etc/passwd",
    "gr\u00fcn.py": "def gr\u00fcn(): pass\n".encode(),
}


@pytest.fixture(scope="module")
def tree(town):
    """A repository with files of every sort, and a submodule."""
    place = town.place("acme/tools-look", {"a.txt": "a\n"})
    place.lay(FILES)
    return place.ports, place.lay_submodule("vendor")


@pytest.fixture
def caller(tree):
    """A model that looks at it."""
    return ToolCaller(*tree)


def test_a_file_is_read_with_line_numbers(caller):
    """As an editor shows it; a range is a range, and says how long the file is."""
    assert (
        "    1\timport os\n    2\t\n    3\t\n    4\tdef serve(port):\n"
        "    5\t    return os.getpid() + port"
    ) == caller.answer("read_file", path="app/main.py")
    assert "    4\tdef serve(port):\n(These are lines 4 to 4 of 5.)" == caller.answer(
        "read_file", path="app/main.py", start=4, end=4
    )


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (6, None, "so there is no line 6."),
        (99, 120, "so there is no line 99."),
        (3, 2, "`end` is before `start`, so no line was asked for."),
    ],
)
def test_a_range_without_lines_says_how_many_there_are(caller, start, end, why):
    """So that the next range can be right."""
    answer = caller.answer("read_file", path="app/main.py", start=start, end=end)

    assert answer.startswith("app/main.py has 5 lines")
    assert answer.endswith(why)


def test_an_empty_file_is_no_mistake(caller):
    """It says that it is empty."""
    assert "empty.txt is empty." == caller.answer("read_file", path="empty.txt")


def test_line_numbers_are_those_of_git_and_of_compilers(caller):
    """Only line feeds end lines: form feeds and Unicode's separators do not, or every trace would
    point elsewhere.
    """
    assert "    4\tc = 3" in caller.answer("read_file", path="feed.py")
    assert "feed.py:4: c = 3" == caller.answer("grep", pattern="c = 3")


def test_invisible_characters_are_shown_by_number(caller):
    """With a note: a line that looks harmless may not be."""
    read = caller.answer("read_file", path="hidden.py")
    found = caller.answer("grep", pattern="min'")

    assert read.startswith(
        "    1\tx = 'ad\\u{202E}min'\n(\\u{...} stands for an invisible character;"
    )
    assert found.startswith("hidden.py:1: x = 'ad\\u{202E}min'\n(\\u{...} stands for")


def test_what_hides_in_names_and_words_is_shown_by_number(place):
    """Whatever tool names a file or repeats what it was given, also where it refuses."""
    path = "a\u202eb/x\u200b.py"
    caller = ToolCaller(place.ports, place.lay({path: b"x = 1\n", "y\u2060.md": b"# y\n"}))
    calls = (
        ("list_dir", {}),
        ("list_dir", {"path": "a\u202eb"}),
        ("grep", {"pattern": "x = 1"}),
        ("grep", {"pattern": "\u202e"}),
        ("read_file", {"path": path}),
        ("read_file", {"path": "no\u202e"}),
        ("find_symbol", {"name": "x\u200b"}),
        ("delete_file", {"path": path}),
        ("nothing\u202e", {}),
    )
    texts = [caller.call(tool, **given).text for tool, given in calls]

    assert [] == [text for text in texts if any(map(is_invisible, text))]
    assert "x\\u{200B}.py" in texts[1]


def test_line_ends_are_not_shown(caller):
    """A file of Windows reads like any other."""
    assert "    1\tone\n    2\ttwo\n    3\tthree" == caller.answer("read_file", path="crlf.txt")


def test_a_long_file_is_read_in_parts(caller):
    """Four hundred lines at a time; it says which these are, and the call that reads on."""
    first = caller.answer("read_file", path="many.txt")
    part = caller.answer("read_file", path="many.txt", start=401, end=4000)

    assert first.endswith(
        "  400\tline 400\n(These are lines 1 to 400 of 5,000. "
        'Read on with read_file {"path": "many.txt", "start": 401}.)'
    )
    assert part.endswith('read_file {"path": "many.txt", "start": 801, "end": 4000}.)')
    assert caller.answer("read_file", path="many.txt", start=4990).endswith(
        " 5000\tline 5000\n(These are lines 4990 to 5000 of 5,000.)"
    )


def test_what_is_cut_off_a_line_is_said(caller):
    """A reader who does not know that a line goes on would take its beginning for all of it."""
    shown = caller.answer("read_file", path="long.py")

    assert len(shown) < 3_000
    assert "9006 characters" in shown


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("main.py", "Did you mean app/deep/main.py, app/main.py?"),
        ("./app/main.py", "Did you mean app/"),
        ("src/README.md", "Did you mean README.md?"),
        ("app/mian.py", "Did you mean app/main.py?"),
        ("nowhere.txt", "There is no file nowhere.txt. Look for it with `list_dir`."),
        ("app", "app is a folder: use list_dir."),
        ("app/", "app/ is a folder: use list_dir."),
        ("latin.txt", "latin.txt is not UTF-8 text"),
        ("logo.png", "logo.png is not UTF-8 text"),
        ("link", "link is a symbolic link, which is not followed"),
        ("away", "away is a symbolic link"),
        ("vendor", "vendor is a submodule"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_do(caller, path, hint):
    """A near path, a folder, another encoding, a link, a submodule."""
    assert hint in caller.refusal("read_file", path=path)


OUTSIDE = [
    "../x",
    "../../etc/passwd",
    "app/../../x",
    "/etc/passwd",
    "//etc/passwd",
    ".git/config",
    ".git",
    "app/.git/config",
    "a\\..\\..\\x",
    "C:\\x",
    "nul\0.txt",
    "x" * 1000,
    "a/" * 499 + "a",
    "-n",
    "--output=x",
    ":(glob)**",
    "HEAD:README.md",
    "*",
    "\n",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_tree_can_be_read(caller, path):
    """No path is a path of the disk, an option, a revision or a pattern: there is simply no such
    file.
    """
    assert "here is no" in caller.refusal("read_file", path=path)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_tree_can_be_listed_or_searched(caller, path):
    """Folders and searches are of the tree too."""
    assert "There is no folder" in caller.refusal("list_dir", path=path)
    assert "root:" not in caller.call("grep", pattern="root", under=path).text


def test_a_folder_lists_files_with_sizes_and_folders_with_what_is_in_them(caller):
    """The root is "", "." or "/"; links and submodules are told apart."""
    listed = caller.answer("list_dir")

    assert listed == caller.answer("list_dir", path=".") == caller.answer("list_dir", path="/")
    assert "app/  96\n" in listed
    assert "README.md  6\n" in listed
    assert "link  (symbolic link)\n" in listed
    assert "vendor  (submodule)" in listed
    assert "main.py  59" in caller.answer("list_dir", path="app/")


def test_edits_lie_over_all_that_is_looked_at(caller):
    """What was written is read, listed, found and known as a symbol; what was deleted is not."""
    caller.turn(
        ("create_file", {"path": "new/part.py", "text": "def fresh():\n    return 'needle'\n"}),
        ("delete_file", {"path": "app/main.py"}),
        ("edit_file", {"path": "README.md", "old": "# App", "new": "# Needle"}),
    )

    assert "    1\tdef fresh():" in caller.answer("read_file", path="new/part.py")
    assert "new/  " in caller.answer("list_dir")
    assert "main.py" not in caller.answer("list_dir", path="app").replace("deep/", "")
    assert "new/part.py:2:     return 'needle'" == caller.answer("grep", pattern="needle")
    assert "README.md:1: # Needle" == caller.answer("grep", pattern="Needle")
    assert "new/part.py" in caller.answer("find_symbol", name="fresh")
    assert "was deleted" in caller.refusal("read_file", path="app/main.py")


def test_a_search_tells_path_line_and_text(caller):
    """In the whole tree, in a folder, in one file, by a glob; binary files are left out."""
    assert (
        "app/deep/main.py:1: from app.main import serve\napp/deep/main.py:3: serve(1)"
        == caller.answer("grep", pattern="serve", under="app/deep")
    )
    assert "app/main.py:4: def serve(port):" == caller.answer(
        "grep", pattern="^def", under="app/main.py"
    )
    assert "No line matches." == caller.answer("grep", pattern="serve", under="*.md")
    assert "No line matches." == caller.answer("grep", pattern="PNG")


def test_a_search_with_many_hits_says_that_there_are_more(caller):
    """How many in all and in which file, and the first of them."""
    lines = caller.answer("grep", pattern="line").splitlines()

    assert [
        "5,000 lines of 1 file match:",
        "many.txt: 5,000",
        "120 of the lines, spread over the files; give `under` to see more of one:",
        "many.txt:1: line 1",
    ] == lines[:4]
    assert 123 == len(lines)


@pytest.mark.parametrize("pattern", ["[", "(", "a{2,1}", "*" * 2 + "\\", "a\\"])
def test_a_pattern_that_does_not_work_is_told(caller, pattern):
    """With the reason, for the next try."""
    assert "The pattern does not work" in caller.refusal("grep", pattern=pattern)


@pytest.mark.parametrize(
    "pattern", ["-v", "--untracked", "-O", "$(id)", "`id`", "x;id", "a;\0b", "a;\nb;"]
)
def test_a_pattern_is_never_an_option_or_a_command(caller, pattern):
    """It is looked for as it is, or told not to work."""
    assert caller.call("grep", pattern=pattern).text.startswith(
        ("No line matches", "The pattern does not", "app/", "The input")
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\d+ px", ["1 px", "23 px"]),
        (r"^\D+$", ["a-b", "x]y", "tab\there"]),
        (r"(?:23|1) px", ["1 px", "23 px"]),
        (r"^[\w]+-[\w]$", ["a-b"]),
        (r"^[\w\-]+$", ["a-b"]),
        (r"^[a-z\]]+$", ["x]y"]),
        (r"^[^\d\s]+$", ["a-b", "x]y"]),
        (r"b\there", ["tab\there"]),
        (r"[[:digit:]\.]\s", ["1 px", "23 px"]),
        (r"\bpx\b", ["1 px", "23 px"]),
    ],
)
def test_a_pattern_may_be_written_as_programs_write_them(place, pattern, expected):
    r"""Classes such as \d, also in brackets, and groups that keep nothing."""
    lines = ["1 px", "23 px", "a-b", "x]y", "tab\there"]
    caller = ToolCaller(place.ports, place.lay({"signs.txt": "\n".join(lines).encode()}))
    found = caller.answer("grep", pattern=pattern, under="signs.txt").splitlines()

    assert expected == [line.partition(": ")[2] for line in found]


def test_a_folder_that_is_nowhere_is_told_with_those_like_it(caller):
    """By its name alone, or by a spelling that is near."""
    assert "Did you mean app/deep?" in caller.refusal("list_dir", path="deep")
    assert "Did you mean app" in caller.refusal("list_dir", path="ap")
    assert "Leave `path` out to list the root." in caller.refusal("list_dir", path="nowhere")


def test_a_symbol_is_found_where_it_is_defined_and_used(caller):
    """By its own name or with its class or module before it; letters of any language."""
    for name in ("serve", "main.serve"):
        found = caller.answer("find_symbol", name=name)
        assert "app/main.py:4" in found
        assert "app/deep/main.py" in found
    assert "gr\u00fcn.py" in caller.answer("find_symbol", name="gr\u00fcn")
    assert "use grep" in caller.refusal("find_symbol", name="no name!")


def test_ten_thousand_files_are_listed_and_searched(place):
    """A long listing says that it is cut; what was only just written is found."""
    tree = place.lay({f"data/f{number:05}.txt": b"grain %d\n" % number for number in range(10_000)})
    caller = ToolCaller(place.ports, tree)
    listed = caller.answer("list_dir", path="data")
    caller.answer("create_file", path="data/needle.txt", text="needle\n")

    assert "data/needle.txt:1: needle" == caller.answer("grep", pattern="needle")
    assert listed.endswith(
        "f00399.txt  10\n(Entries 1 to 400 of 10,000. "
        'List on with list_dir {"path": "data", "start": 401}.)'
    )
    assert "f09999.txt  11" in caller.answer("list_dir", path="data", start=9_999)
    assert "data/  " in caller.answer("list_dir")
    assert "Did you mean data/f09999.txt?" in caller.refusal("read_file", path="f09999.txt")


def test_a_huge_file_is_read_in_parts(place):
    """Thirty megabytes do not come at once, nor do they end anything."""
    caller = ToolCaller(place.ports, place.lay({"huge.txt": b"0123456789abcdef" * 64 * 30 * 1024}))

    assert len(caller.answer("read_file", path="huge.txt")) < 50_000
    assert len(caller.answer("grep", pattern="abc", under="huge.txt")) < 50_000
