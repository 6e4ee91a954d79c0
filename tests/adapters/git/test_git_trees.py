"""Trees are read, and patches are laid over them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.git.mirrors import GitMirrors
from bot.edits import count_diff
from bot.values import Branch, GrepMatch, InstallationId, Patch, Remote, Repo, Sha, Tree, TreeEntry
from tests.git_served import commit, git

REPO = Repo("ada/engine", InstallationId(1))
MAIN = Branch("main")
BLOB = "ce013625030ba8dba906f756967f9e9ca394464a"  # hello\n
GITLINK = "1" * 40

FILES = {
    "100755:bin/run": b"#!/bin/sh\n",
    "120000:link": b"src",
    "README.md": b"hello\n",
    "crlf.txt": b"one\r\ntwo\r\n",
    "image.png": b"\x89PNG\0\xff",
    "latin.txt": "\u00e9\n".encode("latin-1"),
    "new\nline": b"n\n",
    "src/app.py": b"import os\n\nx = 1\n",
    "src/app.pyi": b"x: int\n",
    "src/deep/er/mod.py": b"x = 2\n",
    "src/[id]/page.tsx": b"x = 3\n",
    "\u00fcml\u00e4ut/\u2603.txt": b"snow\n",
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with files of every kind."""
    origin = created(tmp_path_factory.mktemp("origin"))
    commit(origin, {"120000:sub": b"README.md"})
    given = f"commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 0\nfrom refs/heads/main^0\nM 160000 {GITLINK} sub\n"
    git(origin, "fast-import", "--quiet", given=given.encode())
    commit(origin, FILES, "Add all.\n\nBody.")
    return origin


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the mirrors lie."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def mirrors(home: Path) -> GitMirrors:
    """GitMirrors of folders on this machine: how a tree came does not matter here."""
    return GitMirrors(home, ("file",))


@pytest.fixture(scope="module")
def tree(mirrors: GitMirrors, origin: Path) -> Tree:
    """A fetched tree with files of every kind."""
    return mirrors.fetch(REPO, Remote(origin.as_uri()), MAIN)


@pytest.fixture(scope="module")
def clone(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where git itself applies diffs, to its index."""
    folder = tmp_path_factory.mktemp("clone")
    git(folder, "clone", "-q", "--no-checkout", str(origin), "work")
    return folder / "work"


def created(folder: Path) -> Path:
    """A bare repository, empty."""
    git(folder, "init", "-q", "--bare", "-b", "main")
    return folder


def fetched(mirrors: GitMirrors, folder: Path, files: dict[str, bytes]) -> Tree:
    """The tree of a new repository with these files."""
    commit(created(folder), files)
    return mirrors.fetch(
        Repo(f"new/{folder.name}", InstallationId(1)), Remote(folder.as_uri()), MAIN
    )


def listed(mirrors: GitMirrors, tree: Tree) -> dict[str, str]:
    """The paths of a tree, with their modes."""
    return {entry.path: entry.mode for entry in mirrors.entries(tree)}


def test_entries_are_all_files_in_gits_order(mirrors: GitMirrors, tree: Tree):
    """Every path is listed as it is, with its mode, object and size."""
    entries = mirrors.entries(tree)

    assert sorted([*(name.rpartition(":")[2] for name in FILES), "sub"], key=str.encode) == [
        one.path for one in entries
    ]
    assert TreeEntry("README.md", "100644", Sha(BLOB), 6) in entries
    assert TreeEntry("sub", "160000", Sha(GITLINK), 0) in entries
    assert ("100755", "120000") == (listed(mirrors, tree)["bin/run"], listed(mirrors, tree)["link"])


def test_paths_that_are_no_text_are_not_spoken_of(home: Path, mirrors: GitMirrors, tmp_path: Path):
    """A path that is not UTF-8 is left out, and stays in the tree."""
    tree = fetched(mirrors, tmp_path, {"\udce9": b"\n", "README.md": b"\n"})
    laid = mirrors.overlay(tree, Patch({"new": "x\n"}))

    assert {"README.md", "new"} == set(listed(mirrors, laid))
    assert "\udce9" in git(home / f"{tree.repo.name}.git", "ls-tree", "-z", "--name-only", laid.sha)


def test_read_takes_regular_files_byte_for_byte(mirrors: GitMirrors, tree: Tree):
    """Files come as they are; symlinks, submodules, directories and nonsense are left out."""
    files = {
        name.rpartition(":")[2]: content for name, content in FILES.items() if name != "120000:link"
    }
    odd = [
        "link",
        "link/app.py",
        "sub",
        "src",
        "src/",
        "/README.md",
        "../x",
        "",
        "a\0b",
        ":(top)x",
        "-x",
        "x" * 9000,
        ".",
    ]

    assert files == mirrors.read(tree, [*files, *odd])


def test_read_takes_many(mirrors: GitMirrors, tmp_path: Path):
    """More paths than an argument list holds are read."""
    files = {
        f"a/rather/long/directory/name/{number:04}": b"%d\n" % number for number in range(1_000)
    }

    assert files == mirrors.read(fetched(mirrors, tmp_path, files), list(files))


def test_overlay_is_the_tree_with_the_patch(mirrors: GitMirrors, tree: Tree):
    """Changed files keep their mode, new ones are plain, deleted ones go with the directories that
    held only them.
    """
    patch = {
        "bin/run": "#!/bin/bash\n",
        "src/deep/er/mod.py": None,
        "a/new/file": "1\r\n",
        "n\nl": "\u2603",
        "gone": None,
    }
    laid = mirrors.overlay(tree, Patch(patch))
    before, after = listed(mirrors, tree), listed(mirrors, laid)

    assert {"a/new/file": "100644", "n\nl": "100644"} == {
        path: after[path] for path in after.keys() - before.keys()
    }
    assert {"src/deep/er/mod.py"} == before.keys() - after.keys()
    assert "100755" == after["bin/run"]
    assert {"a/new/file": b"1\r\n", "n\nl": "\u2603".encode()} == mirrors.read(
        laid, ["a/new/file", "n\nl"]
    )
    assert GITLINK == next(entry.sha for entry in mirrors.entries(laid) if entry.path == "sub")


def test_empty_patch_is_the_same_tree(mirrors: GitMirrors, tree: Tree, origin: Path):
    """Nothing laid over a tree is the tree, as an object."""
    assert git(origin, "rev-parse", f"{tree.sha}^{{tree}}") == mirrors.overlay(tree, Patch()).sha


def test_overlay_may_empty_the_tree(mirrors: GitMirrors, tmp_path: Path):
    """A patch that deletes every file leaves the empty tree."""
    tree = fetched(mirrors, tmp_path, {"a/b": b"\n"})

    assert () == mirrors.entries(mirrors.overlay(tree, Patch({"a/b": None})))


def test_files_and_directories_may_change_places(mirrors: GitMirrors, tree: Tree):
    """A file goes and a directory comes in its place, and the other way round."""
    there = mirrors.overlay(
        tree, Patch({"README.md": None, "README.md/en": "x\n", "bin/run": None, "bin": "y\n"})
    )
    back = mirrors.overlay(there, Patch({"README.md/en": None, "README.md": "hello\n"}))

    assert {"README.md/en", "bin"} <= listed(mirrors, there).keys()
    assert BLOB == next(entry.sha for entry in mirrors.entries(back) if entry.path == "README.md")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("link", "link is a symbolic link"),
        ("link/app.py", "link is a symbolic link"),
        ("sub", "sub is a submodule"),
        ("sub/x", "sub is a submodule"),
        ("src", "src is a directory"),
        ("src/app.py/x", "src/app.py is a file"),
    ],
)
def test_overlay_stays_among_files(mirrors: GitMirrors, tree: Tree, path: str, said: str):
    """Nothing is written over or beneath what is no file or directory."""
    with pytest.raises(ValueError, match=said):
        mirrors.overlay(tree, Patch({path: "x"}))


def test_overlay_deletes_links_but_no_submodules(mirrors: GitMirrors, tree: Tree):
    """A symlink may go, nothing beneath it; a submodule stays; deleting what is not there is no
    error.
    """
    assert "link" not in listed(
        mirrors, mirrors.overlay(tree, Patch({"link": None, "no/such": None, "src": None}))
    )
    with pytest.raises(ValueError, match="sub is a submodule"):
        mirrors.overlay(tree, Patch({"sub": None}))
    with pytest.raises(ValueError, match="link is a symbolic link"):
        mirrors.overlay(tree, Patch({"link/app.py": None}))


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/etc/passwd",
            "a//b",
            "a/",
            "./a",
            "a/./b",
            "..",
            "a/../b",
            "../a",
            "a\0b",
            "a\\b",
            "..\\a",
            "C:\\a",
        ),
        *(
            ".git",
            ".git/config",
            "a/.git/hooks/x",
            ".GIT/config",
            ".Git ",
            ".git.",
            ".git...",
            "git~1/config",
            "GIT~1",
        ),
        *(
            ".git::$INDEX_ALLOCATION/config",
            ".git:x",
            ".g\u200cit/config",
            "\ufeff.git",
            ".gi\u206at",
            "x" * 5000,
        ),
        "\ud800",
    ],
)
def test_overlay_refuses_paths_that_leave_the_tree(mirrors: GitMirrors, tree: Tree, path: str):
    """Every spelling of a way out or of .git is refused, whichever file system would fall for it."""
    with pytest.raises(ValueError, match="not a path inside"):
        mirrors.overlay(tree, Patch({path: "x"}))


NAMES = st.sampled_from(
    [
        ".git",
        "..",
        ".",
        "a",
        "b c",
        "git~1",
        ".github",
        ".gitignore",
        "\u00e9",
        "-x",
        "a:b",
        " ",
        "~",
    ]
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_what_overlay_takes_can_be_read_back(mirrors: GitMirrors, tree: Tree, names: list[str]):
    """A path is either refused, or listed and read as it was given."""
    path = "/".join(names)
    try:
        laid = mirrors.overlay(tree, Patch({path: "x\n"}))
    except ValueError:
        assert {".git", "..", ".", "git~1", " "} & set(names)
    else:
        assert {path: b"x\n"} == mirrors.read(laid, [path])


def test_grep_finds_lines(mirrors: GitMirrors, tree: Tree):
    """Matches come with path and line, in text files only."""
    hits = mirrors.grep(tree, "^x = [0-9]+|PNG", "", 10)

    assert (
        GrepMatch("src/[id]/page.tsx", 1, "x = 3"),
        GrepMatch("src/app.py", 3, "x = 1"),
        GrepMatch("src/deep/er/mod.py", 1, "x = 2"),
    ) == hits


@pytest.mark.parametrize(
    ("under", "paths"),
    [
        ("src", ["src/[id]/page.tsx", "src/app.py", "src/deep/er/mod.py"]),
        ("src/deep/", ["src/deep/er/mod.py"]),
        ("src/app.py", ["src/app.py"]),
        ("*.py", ["src/app.py", "src/deep/er/mod.py"]),
        ("src/*.py", ["src/app.py"]),
        ("src/**/*.py", ["src/app.py", "src/deep/er/mod.py"]),
        ("src/[id]", ["src/[id]/page.tsx"]),
        ("none", []),
        (":!src", []),
        (":(exclude)src", []),
    ],
)
def test_grep_looks_under_a_path_or_glob(
    mirrors: GitMirrors, tree: Tree, under: str, paths: list[str]
):
    """`under` is a directory, a file or a glob, and no other of git's spells."""
    assert paths == [hit.path for hit in mirrors.grep(tree, "^x = ", under, 10)]


def test_grep_is_bounded(mirrors: GitMirrors, tmp_path: Path):
    """At most so many lines, each at most so long."""
    tree = fetched(mirrors, tmp_path, {"long": b"x" * 100_000 + b"\n" + b"y x\r\n" * 100_000})

    assert [1000, 3, 3] == [len(hit.text) for hit in mirrors.grep(tree, "x", "", 3)]
    assert 1 == len(mirrors.grep(tree, "x", "", 1))


@pytest.mark.parametrize("pattern", ["(", "[", "a{2,1}", "x\0y", "x" * 200_000])
def test_bad_pattern_is_told(mirrors: GitMirrors, tree: Tree, pattern: str):
    """A pattern that does not compile is answered with git's words."""
    with pytest.raises(ValueError, match=r"\w+"):
        mirrors.grep(tree, pattern, "", 10)


def test_grep_cannot_look_outside(mirrors: GitMirrors, tree: Tree):
    """A place outside the tree is a mistake of who asks."""
    with pytest.raises(ValueError, match="outside repository"):
        mirrors.grep(tree, "x", "../etc", 10)


@pytest.mark.parametrize(
    "pattern", ["-x", "--help", "-f/etc/passwd", "--open-files-in-pager=id", "", "a\nb"]
)
def test_odd_pattern_is_a_pattern(mirrors: GitMirrors, tree: Tree, pattern: str):
    """A pattern is never taken for an option."""
    assert all(hit.path in listed(mirrors, tree) for hit in mirrors.grep(tree, pattern, "", 10))


def test_grep_reads_an_overlay(mirrors: GitMirrors, tree: Tree):
    """What a patch brings can be found, letters of every alphabet in it."""
    laid = mirrors.overlay(tree, Patch({"neu.txt": "\u00e9 gr\u00fcn\n"}))

    assert (GrepMatch("neu.txt", 1, "\u00e9 gr\u00fcn"),) == mirrors.grep(
        laid, "^[\u00e8\u00e9] ..\u00fc", "", 5
    )


def test_diff_applies(mirrors: GitMirrors, origin: Path, tree: Tree, tmp_path: Path):
    """The diff, given to `git apply` in a clone, makes the overlay's tree."""
    patch = Patch(
        {
            "bin/run": "#!/bin/bash\n",
            "crlf.txt": "one\r\n2\r\n",
            "image.png": None,
            "new/n": "no end",
            "link": None,
        }
        | {"n\nl": "\u2603\n", "\u00fcml\u00e4ut/\u2603.txt": "rain\n"}
    )
    diff = mirrors.diff(tree, patch)
    git(tmp_path, "clone", "-q", "--no-checkout", str(origin), "work")
    git(tmp_path / "work", "read-tree", "HEAD")
    git(tmp_path / "work", "apply", "--cached", given=diff.encode())

    assert mirrors.overlay(tree, patch).sha == git(tmp_path / "work", "write-tree")
    assert "--- a/bin/run\n+++ b/bin/run\n" in diff
    assert "rename" not in mirrors.diff(tree, Patch({"README.md": None, "moved.md": "hello\n"}))


LINES = st.sampled_from(
    ["a\n", "b\r\n", "\tc  \n", "\n", "\u00e9\ufeff\n", "-- d\n", "+++ e\n", "no end"]
)
NO_TEXT = ("image.png", "latin.txt", "link", "120000:link")  # no UTF-8, no file
TEXTS = st.none() | st.lists(LINES, max_size=6).map("".join)
PLACES = st.sampled_from(
    [path.rpartition(":")[2] for path in FILES if path not in NO_TEXT]
    + ["new/n", "a b/c\td", '"q"']
)


@settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(PLACES, TEXTS, min_size=1, max_size=4))
def test_any_diff_applies_and_is_one(
    mirrors: GitMirrors, clone: Path, tree: Tree, changes: dict[str, str | None]
):
    """Whatever comes, changes or goes, in any encoding and with any ends: git takes the diff, and
    it reads as one.
    """
    there = {entry.path for entry in mirrors.entries(tree)}
    patch = Patch(
        {path: text for path, text in changes.items() if text is not None or path in there}
    )
    diff = mirrors.diff(tree, patch)
    git(clone, "read-tree", "HEAD")
    if diff:
        git(clone, "apply", "--cached", given=diff.encode())
        assert count_diff(diff).files >= 1

    assert mirrors.overlay(tree, patch).sha == git(clone, "write-tree")


def test_subjects_are_the_newest_first(mirrors: GitMirrors, tmp_path: Path):
    """Subjects of commits, at most so many."""
    created(tmp_path)
    for subject in ("One.", "Two: \u00e9.", "Three."):
        commit(tmp_path, {"x": subject.encode()}, f"{subject}\n\nBody.")
    tree = mirrors.fetch(Repo("new/subjects", InstallationId(1)), Remote(tmp_path.as_uri()), MAIN)

    assert ("Three.", "Two: \u00e9.") == mirrors.subjects(tree, 2)


def test_overlay_can_be_laid_on_an_overlay(mirrors: GitMirrors, tree: Tree):
    """An overlay is a tree like any other."""
    first = mirrors.overlay(tree, Patch({"a": "1\n"}))
    second = mirrors.overlay(first, Patch({"b": "2\n"}))

    assert mirrors.overlay(tree, Patch({"a": "1\n", "b": "2\n"})) == second
