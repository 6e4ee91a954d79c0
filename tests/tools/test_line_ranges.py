"""How much of a text one answer holds, and how a change is shown: right for any text."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.text.git_lines import split_lines
from bot.tools.line_ranges import MAX_CHARS, MAX_LINES, SPARE_LINES, choose_end
from bot.tools.render_changes import render_changes

LINES = st.lists(st.sampled_from(["", "a", "b", "    c", "def f():"]), max_size=40)
LONG = st.lists(
    st.tuples(st.sampled_from(["", "x", "    y", "z" * 300]), st.integers(1, 300)), max_size=12
)
SHOWN = re.compile(r" *(\d+)(\+?)\t(.*)")


@given(LONG)
def test_reading_on_comes_to_the_end_and_leaves_nothing_out(runs):
    """Each part has a line at least, and none is much longer than the limits."""
    lines = [line for line, times in runs for _ in range(times)]
    start = 1
    while start <= len(lines):
        end = choose_end(lines, start, len(lines))

        assert start <= end <= len(lines)
        assert end - start < MAX_LINES + SPARE_LINES
        assert sum(map(len, lines[start - 1 : end])) <= MAX_CHARS
        start = end + 1


def test_a_part_ends_before_a_definition():
    """Better there than at a blank line inside of one, and there better than anywhere."""
    body, inside, border = ["    x"], ["    x", "", "    y"], ["", "def g():"]
    both = [*body * 350, *border, *body * 20, *inside, *body * 400]
    only_inside = [*body * 370, *inside, *body * 400]

    assert 351 == choose_end(both, 1, len(both))
    assert 372 == choose_end(only_inside, 1, len(only_inside))
    assert 400 == choose_end(body * 900, 1, 900)


def test_one_line_that_is_too_long_is_a_part():
    """Or reading on would stand still."""
    assert 1 == choose_end(["x" * 100_000], 1, 1)


@given(LINES, LINES)
def test_the_lines_that_are_shown_stand_there(old, new):
    """Under their numbers, in order, each once; those that are marked are new."""
    before, after = "\n".join(old), "\n".join(new)
    shown = [match.groups() for match in map(SHOWN.fullmatch, _rows(before, after)) if match]
    numbers = [int(number) for number, _, _ in shown]
    lines = split_lines(after)

    assert sorted(set(numbers)) == numbers
    assert [lines[number - 1] for number in numbers] == [text for _, _, text in shown]


@given(LINES)
def test_lines_are_counted_as_git_counts_them(lines):
    """A last line end begins no line."""
    text = "".join(f"{line}\n" for line in lines)

    assert lines == split_lines(text)


def _rows(before: str, after: str) -> list[str]:
    return render_changes("a.txt", before, after).split("\n")[1:]
