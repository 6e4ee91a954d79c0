"""The faults by which the naming of surprising lines is judged."""

import ast
from random import Random

from tests.learn.benchmarks.planted_faults import KINDS, plant_faults
from tests.learn.benchmarks.surprise import Trial, tabulate

TEXT = """\
def load(path, limit):
    rows = read(path)
    if len(rows) > limit + 10:
        raise ValueError(rows)
    return rows
"""


def test_each_kind_of_fault_is_planted_in_a_line_that_may_have_it():
    """One line differs, it is one of those that were given, and the file can still be parsed."""
    faults = list(plant_faults(TEXT, {3}, Random(1)))

    assert list(KINDS) == [fault.kind for fault in faults]
    for fault in faults:
        lines = zip(TEXT.split("\n"), fault.text.split("\n"), strict=True)
        assert [3] == [number for number, (old, new) in enumerate(lines, 1) if old != new]
        assert 3 == fault.line
        assert ast.parse(fault.text)
    assert [] == list(plant_faults(TEXT, {1000}, Random(1)))
    assert [] == list(plant_faults("def (", {1}, Random(1)))


def test_named_faults_are_counted_beside_chance_and_beside_their_lines_without_them():
    """Lines that were named anyway are no success of the fault."""
    trials = [Trial(KINDS[0], True, True, 0.1), Trial(KINDS[1], True, False, 0.3)]
    (first, second, *_) = tabulate(trials)

    assert "100% of 2 named" == first.value
    assert "by chance 20%; the line without its fault 50%" == first.floor
    assert "by chance 10%; the line without its fault 100%" == second.floor
