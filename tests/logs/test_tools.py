"""What tools print is read: each file in tool_output/ holds what is expected, a rule, and what
the tool printed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.values import Reading
from tests.logs.reading import read_output, summarize

EXAMPLES = sorted((Path(__file__).parent / "tool_output").glob("*.txt"))


def split_example(path: Path) -> tuple[list[str], str]:
    expected, _, output = path.read_text().partition("\n----\n")
    return expected.split("\n"), output


def make_repo_files(expected: list[str]) -> list[str]:
    """A repository of the files that are expected, and of others with the same names."""
    named = {line.rpartition(" | ")[2].rpartition(":")[0] for line in expected[1:]} - {""}
    return sorted(named | {f"vendored/copy/of/{name.replace('/', '_')}" for name in named})


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_tool_is_read(path: Path):
    """Category, action and tool; each failure's test, error and innermost place in the repository."""
    expected, output = split_example(path)

    assert expected == summarize(read_output(output, make_repo_files(expected)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_colours_and_another_folder_change_nothing(path: Path):
    """The same words with ANSI colours at both ends of each line, from a checkout elsewhere."""
    expected, output = split_example(path)
    elsewhere = output.replace("/home/runner/work/shop/shop/", "/__w/shop/shop/").replace(
        "/home/runner/work/app/app/", "/__w/app/app/"
    )
    painted = "\n".join(
        f"\x1b[31m{line}\x1b(B\x1b[m" if line.strip() else line for line in elsewhere.split("\n")
    )

    assert expected == summarize(read_output(painted, make_repo_files(expected)))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_cut_or_mixed_is_read(data: st.DataObject):
    """Parts of two tools' words in one step, lines missing: a reading, never a crash."""
    parts = []
    for path in data.draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=2)):
        lines = split_example(path)[1].split("\n")
        begin, end = (data.draw(st.integers(0, len(lines))) for _ in range(2))
        parts += lines[begin : end : data.draw(st.integers(1, 3))]

    assert isinstance(read_output("\n".join(parts)), Reading)
