"""Which faults are made, and which tests must notice them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.mutants import draw_sample, lift_decorators, list_mutants
from tests.mutation.parts import PARTS, find_parts, list_modules

OUTBOUND = ("tests/gates/test_outbound.py", "tests/gates/test_outbound_limits.py")
ROOT = Path(__file__).parents[2]
STEP = """
@step("say", lambda may: ("say", may))
def say(may):
    return "It may go on." if may else ""


class Day:
    @property
    def is_over(self):
        return self.hour > 23

    @staticmethod
    def begin():
        return Day()
"""


def test_what_is_decorated_is_mutated_too():
    """Steps and properties decide, and the tool passes over what is decorated."""
    lifted = lift_decorators(STEP)
    names = {name.rpartition("__mutmut_")[0] for name in list_mutants("bot/a.py", lifted)}

    assert "say = step('say', lambda may: ('say', may))(say)" in lifted.splitlines()
    assert "    is_over = property(is_over)" in lifted.splitlines()
    assert {"bot.a.x_say", "bot.a.xǁDayǁis_over"} == names


def test_a_fault_in_words_for_people_is_none():
    """A sentence decides nothing; a single word may."""
    sentence = 'def f():\n    return "It may go on."\n'
    word = 'def f():\n    return "draft"\n'

    assert [] == list_mutants("bot/a.py", sentence)
    assert 2 == len(list_mutants("bot/a.py", word))


def test_a_sample_is_the_same_for_its_seed():
    """So that two measures can be compared."""
    names = [f"n{number}" for number in range(1000)]

    assert draw_sample(names, 10, seed=1) == draw_sample(names, 10, seed=1)
    assert draw_sample(names, 10, seed=1) != draw_sample(names, 10, seed=2)
    assert names[:3] == draw_sample(names[:3], 10, seed=1)


@pytest.mark.parametrize(
    ("name", "tests"),
    [
        ("bot/gates/size.py", ("tests/gates/test_size.py",)),
        ("bot.gates.size", ("tests/gates/test_size.py",)),
        ("bot/gates", ("tests/gates",)),
        ("handlers/command.py", ("tests/handlers", "tests/text/test_text.py")),
        ("bot/steps/report.py", ("tests/steps/test_report.py",)),
        ("bot/steps/redact.py", ("tests/steps/test_redact.py",)),
        ("bot/stories/await_approval.py", ("tests/stories/test_await_approval.py",)),
        ("bot/gates/outbound/sign.py", OUTBOUND),
    ],
)
def test_what_is_named_has_its_own_tests(name, tests):
    """A file, a package or a dotted name: its own tests, or its part's, or its folder's."""
    (part,) = find_parts(ROOT, [name])

    assert list_modules(ROOT, part)
    assert tests == part.tests


def test_every_part_is_there_and_what_is_not_is_told():
    """A module that moved would be measured no more."""
    globs = [glob for part in PARTS for glob in part.modules if not list(ROOT.glob(glob))]
    tests = [path for part in PARTS for path in part.tests if not (ROOT / path).exists()]

    assert [] == globs + tests
    assert PARTS == tuple(find_parts(ROOT, []))
    with pytest.raises(ValueError, match="is no file, package or module here"):
        list(find_parts(ROOT, ["bot/gates/none.py"]))
