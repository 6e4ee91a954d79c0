"""Which lines surprise a model of the code around them."""

from __future__ import annotations

import numpy as np

from bot.learning.line_bits import LineModel
from bot.learning.surprising_lines import rank_surprising
from bot.search.code_lines import list_code_lines

LOAD = """
def load_{0}(path, limit):
    \"\"\"Load the {0}s of a file.\"\"\"
    with open(path, encoding="utf-8") as file:
        {0}s = json.load(file)
    if len({0}s) > limit:
        raise ValueError(f"{{path}} has too many {0}s")
    for {0} in {0}s:
        check_{0}({0}, path)
    return {0}s
"""
AROUND = [LOAD.format(noun) for noun in ("order", "customer", "invoice", "parcel", "address")]
OLD = LOAD.format("letter") + LOAD.format("payment") + LOAD.format("report")
NEW = LOAD.format("refund").replace("check_refund(refund, path)", "refund[limit] ^= ~path")


def rank(new, old=OLD, around=AROUND):
    """Rank the lines that `new` adds to a file."""
    text = old + new
    first = old.count("\n") + 1
    numbers = frozenset(range(first, text.count("\n") + 1))
    code_lines = {"a.py": list_code_lines("a.py", text)}
    return rank_surprising({"a.py": text}, code_lines, {"a.py": numbers}, around)


def test_the_line_that_is_unlike_the_rest_comes_first():
    """It is named with its place, its bits and those of such lines; docstrings are no code."""
    lines = rank(NEW + LOAD.format("note"))
    first = lines[0]

    assert "refund[limit] ^= ~path" == first.text
    assert first.text == (OLD + NEW).split("\n")[first.line - 1].strip()
    assert first.bits > 1.5 * first.usual_bits
    assert first.text[first.column :].startswith(("[limit", "] ^=", " ^= ~", "^= ~"))
    assert not [line for line in lines if "Load the" in line.text]


def test_a_change_of_few_lines_has_none():
    """Whoever reviews it sees them all; and what is around is not read."""
    assert () == rank("x ^= ~y\n" * 3, around=iter(lambda: 1 / 0, None))


def test_a_new_file_is_measured_by_itself():
    """A line of it stands out among its own others."""
    assert "refund[limit] ^= ~path" == rank(NEW + LOAD.format("note"), old="")[0].text


def test_each_line_is_foretold_by_all_but_itself():
    """A line that stands twice costs next to nothing, old or new; once, it costs the same in every
    order of the files around.
    """
    text = (
        "def run(self):\n    return self.engine.start()\n    odd ^= ~even\n\n    odd ^= ~even\nq=7"
    )

    def list_bits(around):
        model = LineModel({"a.py": text})
        for neighbour in around:
            model.read(neighbour)
        return {line.line: line.bits for line in model.list_lines()}

    first, second = list_bits(AROUND), list_bits(AROUND[::-1])

    assert first == second
    assert [1, 2, 3, 5, 6] == list(first)
    assert first[6] > 2 * first[3] > 0
    assert all(map(np.isfinite, first.values()))


def test_lines_are_counted_as_git_counts_them():
    """Only a line feed ends one; the last needs none."""
    lines = list(LineModel({"a.py": "a = 1\r\nb = '\r'\rc = 2\x0c\n\nd = 3"}).list_lines())

    assert [1, 2, 4] == [line.line for line in lines]
