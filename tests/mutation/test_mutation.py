"""Which faults are made, and which tests must notice them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.mutants import draw_sample, lift_decorators, make_mutants
from tests.mutation.parts import PARTS, Part, find_parts, list_modules
from tests.mutation.run_mutants import judge_sample

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

ORDERS = """
def is_large(count):
    return count > 10


def count_down(count):
    return count - count


def forget(count):
    return count > 10


def make_limit(count):
    return count + 1


LIMIT = make_limit(9)
"""
TESTS = """
from shop.orders import LIMIT, count_down, is_large


def test_size():
    assert is_large(20)
    assert not is_large(2)


def test_end():
    assert count_down(3) == 0


def test_limit():
    assert LIMIT == 10
"""


def test_what_is_decorated_is_mutated_too():
    """Steps and properties decide, and the tool passes over what is decorated."""
    lifted = lift_decorators(STEP)
    faults = make_mutants("bot/a.py", STEP).names
    names = {name.rpartition("__mutmut_")[0] for name in faults}

    assert "say = step('say', lambda may: ('say', may))(say)" in lifted.splitlines()
    assert "    is_over = property(is_over)" in lifted.splitlines()
    assert {"bot.a.x_say", "bot.a.xǁDayǁis_over"} == names


def test_a_fault_in_words_for_people_is_none():
    """A sentence decides nothing; a single word may."""
    sentence = 'def f():\n    return "It may go on."\n'
    word = 'def f():\n    return "draft"\n'

    assert () == make_mutants("bot/a.py", sentence).names
    assert 2 == len(make_mutants("bot/a.py", word).names)


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
    files = {name.partition("::")[0] for part in PARTS for name in part.tests}
    tests = [path for path in files if not (ROOT / path).exists()]

    assert [] == globs + tests
    assert PARTS == tuple(find_parts(ROOT, []))
    with pytest.raises(ValueError, match="is no file, package or module here"):
        list(find_parts(ROOT, ["bot/gates/none.py"]))


@pytest.mark.long
def test_each_fault_has_a_process_in_which_the_tests_that_call_it_run(tmp_path):
    """One that shows while a module is imported too; and no test may fail without a fault."""
    mutated = make_mutants("shop/orders.py", ORDERS)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "orders.py").write_text(mutated.code, encoding="utf-8")
    (tmp_path / "test_orders.py").write_text(TESTS, encoding="utf-8")
    settings = '[tool.mutmut]\nsource_paths = ["shop"]\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    part = Part("orders", ("shop/orders.py",), ("test_orders.py",))
    ends = judge_sample(tmp_path, part, list(mutated.names))
    words = {(name.partition("x_")[2].partition("__")[0], end) for name, end in ends.items()}

    assert words == {
        ("is_large", "not noticed"),
        ("count_down", "noticed"),
        ("forget", "not reached"),
        ("make_limit", "noticed"),
    }
    assert mutated.render_fault("shop.orders.x_forget__mutmut_1") == (
        "- return count > 10\n+ return count >= 10"
    )
    (tmp_path / "test_orders.py").write_text(TESTS.replace("== 0", "== 1"), encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"Without any fault this fails: test_orders\.py::test_end"
    ):
        judge_sample(tmp_path, part, list(mutated.names))
