"""What the recorder saw before and after a change is compared, without what varies by itself."""

import json

import pytest

from bot.checks.behaviour_recording import (
    BehaviourComparer,
    drop_stacks,
    merge_ran_lines,
    read_recording,
)
from bot.checks.example_runs import find_example_runs
from bot.values.behaviour import RanLines

MARK = "seen: "
TRACE = """\
Traceback (most recent call last):
  File "a.py", line {line}, in {name}
    fail()
    ~~~~^^
ValueError: too small
and then
"""
README = """\
Run `python other.py`, or:

~~~
$ python3 ./a.py --top 3 data.csv   # the usual
python3 a.py <file>
python3 a.py missing.csv
python3 a.py data.csv | sort
python3 a.py data.csv && rm -r out
python3 -m pkg.tool data.csv
pip install a.py
python3 a.py 'data.csv
python3 b.py data.csv
./a.py
~~~
"""


def seen(output="", code=0, errors="", **files):
    """What one run did."""
    return {"exit": code, "output": output, "errors": errors, "files": files}


def compare(before, *after):
    """The differences and the inputs that vary, of one input; its texts are their own names."""
    runs = [[run] for run in (*before, *after)]
    texts = {}
    for run in (*before, *after):
        contents = [run["output"], run["errors"], *filter(None, run["files"].values())]
        texts |= {text: text for text in contents}
    kinds = ["base"] * len(before) + ["after"] * len(after)
    record = {"kinds": kinds, "runs": runs, "texts": texts, "lines": {}}
    recording = read_recording(f"noise\n{MARK}{json.dumps(record)}\n".encode(), MARK, 1)
    comparer = BehaviourComparer(recording)
    comparer.compare()
    found = [(known.aspect, known.text) for known in comparer.differences]
    return found, comparer.varying, comparer.uncompared


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        (["a\n"], "a\n", []),
        (["a\n"], "b\n", [("output", "-a\n+b")]),
        (["a\n"], "a", [("output", "only the end of the last line differs")]),
        (["a\nb\n"], "b\na\n", [("output", "+b\n a\n-b")]),
        # times, and other words that vary
        (["at 10:01 ok\n", "at 10:02 ok\n"], "at 10:09 ok\n", []),
        (
            ["at 10:01 ok\n", "at 10:02 ok\n"],
            "at 10:09 no\n",
            [("output", "-at 10:… ok\n+at 10:… no")],
        ),
        (["at 1 ok\n", "at 2 ok\n"], "at 3\n", [("output", "-at 1 ok\n+at 3")]),
        (["x\nat 1\n", "x\nat 2\n"], "y\nat 3\n", [("output", "-x\n+y\n at …")]),
        (["at 1\n", "at 2\n"], "at 3\nand more\n", [("output", "-at 1\n+at 3\n+and more")]),
        (["1 2\n", "1\n"], "anything\n", []),  # a line of which nothing is known
        # the order of lines
        (["a\nb\n", "b\na\n"], "b\na\n", []),
        (["a\nb\n", "b\na\n"], "a\nc\n", [("output", " a\n-b\n+c")]),
        (["a\n", "a\nb\n"], "anything\n", []),
        # longer than what is kept
        (["a\0"], "b\0", [("output", "-a\n+b")]),
        (["a\0", "b\0"], "c\0", []),
    ],
)
def test_outputs_are_compared_but_for_what_varies(before, after, differences):
    """By lines and words, as far as runs of the base agree."""
    found, varying, uncompared = compare([seen(text) for text in before], seen(after))
    is_uneven = len({text.count("\n") for text in before}) > 1

    assert differences == found
    assert (is_uneven or before == ["a\0", "b\0"]) == bool(uncompared)
    assert (len(set(before)) > 1) == bool(varying)


def test_exit_status_errors_and_files_are_compared():
    """Stacks are left out, files that are written, deleted or left alone are told."""
    first, other = TRACE.format(line=3, name="<module>"), TRACE.format(line=9, name="main")

    assert ([], set(), set()) == compare([seen(errors=first, code=1)], seen(errors=other, code=1))
    found, *_ = compare(
        [seen(code=1, errors=first, a="1\n", b=None, c="3\n")], seen(code=None, a="2\n", b="2\n")
    )
    assert found == [
        ("exit status", "1 before, ended by the limit of time now"),
        ("errors", "-ValueError: too small\n-and then"),
        (
            "files",
            "a:\n-1\n+2\nb: deleted before, written now\nc: written before, untouched now",
        ),
    ]
    varies = [seen(code=0, a="1"), seen(code=1, b="1")]
    assert ([], {1}, set()) == compare(varies, seen(code=3))


def test_what_never_ends_is_not_called_the_same():
    """How far it comes within the limit is chance; that it ends no more is a difference."""
    assert ([], {1}, {1}) == compare([seen("a\n", code=None)] * 2, seen("a\n", code=None))
    (found, *_), *_ = compare([seen("a\n")] * 2, seen("a\n", code=None))

    assert ("exit status", "0 before, ended by the limit of time now") == found


def test_a_change_that_begins_to_vary_is_found():
    """One of its two runs is as before, the other is not."""
    found, *_ = compare([seen("a\n")] * 2, seen("a\n"), seen("b\n"))

    assert [("output", "-a\n+b")] == found


def test_where_in_the_code_it_came_from_is_dropped():
    """Of Python, Node and Ruby, and the line of a warning."""
    node = "TypeError: x\n    at f (/a/b.js:3:2)\n    at main (/a/b.js:9:1)"

    assert "TypeError: x" == drop_stacks(node)
    assert "DeprecationWarning: old" == drop_stacks("lib/a.py:12: DeprecationWarning: old")
    assert "  indented" == drop_stacks("  indented")


@pytest.mark.parametrize(
    "log",
    [
        b"",
        b"seen: {",
        b"seen: []",
        b'seen: {"kinds": [], "runs": [[]], "texts": {}, "lines": {}}',
        b'seen: {"kinds": ["base"], "runs": [[]], "texts": {}, "lines": {}}',
    ],
)
def test_what_is_no_recording_is_none(log):
    """The code that ran may have printed anything."""
    assert read_recording(log, MARK, 1) is None


def test_lines_that_ran_at_two_times_are_merged():
    """A line is missing where neither ran it."""
    earlier = (RanLines("a.py", 9, (2, 3, 7)), RanLines("b.py", 1, (1,)))
    later = (RanLines("a.py", 9, (3, 7, 8)), RanLines("c.py", 4))

    assert merge_ran_lines(earlier, later) == (
        RanLines("a.py", 9, (3, 7)),
        RanLines("b.py", 1, (1,)),
        RanLines("c.py", 4),
    )
    assert (7, 77) == (RanLines("a.py", 9, (3, 7)).ran, RanLines("a.py", 9, (3, 7)).percent)


def test_examples_of_a_document_run_the_scripts_on_files_that_are_there():
    """Without placeholders, pipes or a second command."""
    paths = {"a.py", "b.py", "data.csv", "pkg/tool.py"}
    found = find_example_runs({"README.md": README}, paths, {"a.py", "pkg/tool.py"})

    assert [
        ("python3 ./a.py --top 3 data.csv", "README.md"),
        ("python3 -m pkg.tool data.csv", "README.md"),
        ("./a.py", "README.md"),
    ] == [(known.command, known.source) for known in found]
