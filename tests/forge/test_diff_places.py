"""Tests of places in diffs, against what git prints of random and of odd files."""

from __future__ import annotations

import random

import pytest

from bot.forge.diff_places import NumberedDiff, find_place, move_place, parse_diff
from bot.forge.git_store import GitSignature, GitStore
from bot.forge.review_records import ThreadPlace

ADA = GitSignature("ada", "ada@example.org", "1793534500")
ODD = {
    "with space.txt": "a\n",
    "ümlaut.txt": "a\n",
    "b/a.txt": "a\n",
    'quo"te.txt': "a\n",
    "tab\there.txt": "a\n",
    "no newline.txt": "a",
    "crlf.txt": "a\r\nb\r\n",
    "dashes.txt": "-- a\n++ b\n",
    "empty.txt": "",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> GitStore:
    """A store with one empty repository."""
    store = GitStore(tmp_path_factory.mktemp("git"))
    store.create("a/b")
    return store


def change_lines(chance: random.Random, lines: list[str]) -> list[str]:
    """Insert, replace and drop a few lines."""
    changed = list(lines)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(changed) + 1)
        new = [f"{chance.random()}" for _ in range(chance.randint(0, 2))]
        changed[start : start + chance.randint(0, 2)] = new
    return changed


def to_text(lines: list[str]) -> str:
    """Join lines to a file."""
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.long
def test_lines_move_to_where_git_has_them(store: GitStore):
    """What has moved has the same text there; what has not stands among the changes."""
    chance = random.Random(12)
    for number in range(40):
        old = [f"{number} {line}" for line in range(chance.randint(1, 20))]
        new = change_lines(chance, old)
        first = store.commit("a/b", "main", {"f": to_text(old)}, ADA, "Old.")
        second = store.commit("a/b", "main", {"f": to_text(new)}, ADA, "New.")
        changes = parse_diff(store.diff_file("a/b", first, second, "f")).get("f")
        for line in range(1, len(old) + 1):
            moved = move_place(ThreadPlace("f", line), changes)

            assert (old[line - 1] in new) == (moved is not None)
            assert moved is None or new[(moved.line or 0) - 1] == old[line - 1]


@pytest.mark.long
def test_lines_of_the_diff_are_those_of_the_files(store: GitStore):
    """Each line of each side that the diff shows is found under its number, and no other."""
    chance = random.Random(21)
    for number in range(20):
        old = [f"{number} {line}" for line in range(chance.randint(1, 40))]
        new = change_lines(chance, old)
        first = store.commit("a/b", "main", {"f": to_text(old)}, ADA, "Old.")
        second = store.commit("a/b", "main", {"f": to_text(new)}, ADA, "New.")
        diff = parse_diff(store.diff("a/b", first, second)).get("f", NumberedDiff("f", "f", ()))
        shown = {line.text[1:] for line in diff.lines if line.text[:1] in "+ "}
        for line, text in enumerate(new, 1):
            found = diff.find("RIGHT", line)

            assert (text in shown) == (found is not None)
            assert found is None or found.text[1:] == text


@pytest.mark.parametrize(
    ("first", "last", "changed", "expected"),
    [
        (2, 3, "0\n1\n2\n3\n4\n", (3, 4)),
        (2, 3, "1\n2\n3\n4\n5\n", (2, 3)),
        (2, 3, "1\n2\nx\n3\n4\n", None),
        (2, 3, "1\nx\n2\n3\n4\n", (3, 4)),
        (2, 3, "1\n2\n3\nx\n4\n", (2, 3)),
        (2, 3, "1\n2\nthree\n4\n", None),
        (2, 3, "2\n3\n4\n", (1, 2)),
        (2, 3, "1\n3\n4\n", None),
        (4, 4, "", None),
    ],
)
def test_several_lines_stay_together(store, first, last, changed, expected):
    """A change between the first and the last of them makes them outdated; one beside them not."""
    old = store.commit("a/b", "main", {"f": "1\n2\n3\n4\n"}, ADA, "Old.")
    new = store.commit("a/b", "main", {"f": changed}, ADA, "New.")
    changes = parse_diff(store.diff_file("a/b", old, new, "f"))
    moved = move_place(ThreadPlace("f", last, start_line=first), changes.get("f"))

    assert expected == (moved and (moved.start_line, moved.line))


def test_files_are_known_by_their_names(store: GitStore):
    """However odd they are, and whatever their lines look like."""
    base = store.commit("a/b", "main", {"f": "f\n"}, ADA, "Base.")
    head = store.commit("a/b", "main", ODD, ADA, "Odd.")
    diffs = parse_diff(store.diff("a/b", base, head))
    added = {
        path: "".join(line.text[1:] + "\n" for line in diff.lines if line.text[:1] == "+")
        for path, diff in diffs.items()
    }

    assert {
        path: text if text.endswith("\n") or not text else f"{text}\n" for path, text in ODD.items()
    } == added
    assert {"added"} == {diff.status for diff in diffs.values()}


def test_renamed_deleted_and_binary_files_are_told(store: GitStore):
    """A renamed one is known by its new name, a deleted one by its old."""
    lines = to_text([f"line {number}" for number in range(9)])
    files = {"old.txt": lines, "same.txt": lines + "x\n", "gone.txt": "g\n", "b.bin": "\0\n"}
    base = store.commit("a/b", "main", files, ADA, "Base.")
    changed = {
        "old.txt": None,
        "new.txt": lines.replace("line 4", "line four"),
        "same.txt": None,
        "moved.txt": lines + "x\n",
        "gone.txt": None,
        "b.bin": "\0\0\n",
    }
    head = store.commit("a/b", "main", changed, ADA, "Move.")
    diffs = parse_diff(store.diff("a/b", base, head))

    assert {
        "new.txt": ("old.txt", "renamed"),
        "moved.txt": ("same.txt", "renamed"),
        "gone.txt": ("gone.txt", "removed"),
        "b.bin": ("b.bin", "modified"),
    } == {path: (diff.old_path, diff.status) for path, diff in diffs.items()}
    assert (
        "-line 4"
        == find_place(diffs["new.txt"], ThreadPlace("new.txt", 5, "LEFT")).diff_hunk.split("\n")[-1]
    )
