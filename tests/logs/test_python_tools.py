"""Python's own tools really fail, and the reading says what broke where."""

from __future__ import annotations

import pytest

from bot.values import Frame
from tests.logs.project import Project

pytestmark = pytest.mark.long


@pytest.mark.parametrize("style", ["long", "short", "native", "auto"])
def test_pytest_is_read_in_every_style(shop: Project, style: str):
    """Tests, errors, messages and frames are the same however the traceback is written."""
    reading = shop.run_pytest(f"--tb={style}", "--color=yes")

    assert (reading.category, reading.action, reading.tool) == ("test-failure", "fix", "pytest")
    assert [failure.test for failure in reading.failures] == [
        "tests/test_cart.py::test_price[pear - big-3]",
        "tests/test_cart.py::TestUnknown::test_kiwi",
    ]
    price, kiwi = reading.failures
    assert (price.error, price.message.split("\n")[0]) == ("AssertionError", "assert 2 == 3")
    assert (kiwi.error, kiwi.message) == ("KeyError", "'kiwi'")
    assert [(frame.file, frame.line) for frame in kiwi.frames] == [
        ("tests/test_cart.py", 13),
        ("src/cart.py", 5),
        ("src/cart.py", 5),
        ("src/prices.py", 5),
    ]
    assert kiwi.frames[-1] == Frame("src/prices.py", 5, "price_of")


def test_pytest_in_line_style(shop: Project):
    """One line for each failure is enough for the test, the error and the innermost place."""
    reading = shop.run_pytest("--tb=line")

    assert [(failure.test.rpartition("::")[2], failure.error) for failure in reading.failures] == [
        ("test_price[pear - big-3]", "AssertionError"),
        ("test_kiwi", "KeyError"),
    ]
    assert reading.failures[1].frames == (Frame("src/prices.py", 5),)


def test_pytest_with_only_a_summary(shop: Project):
    """Without tracebacks the test's file is the place."""
    reading = shop.run_pytest("--tb=no")

    assert len(reading.failures) == 2
    assert reading.failures[1].frames == (Frame("tests/test_cart.py", None),)
    assert reading.failures[1].error == "KeyError"


def test_pytest_without_a_summary(shop: Project):
    """The ids are made of the places and the titles."""
    reading = shop.run_pytest("-r", "N")

    assert [failure.test for failure in reading.failures] == [
        "tests/test_cart.py::test_price[pear - big-3]",
        "tests/test_cart.py::TestUnknown::test_kiwi",
    ]


def test_collection_errors(project: Project):
    """A missing module and a syntax error are read with the file and the line."""
    project.write(
        {"tests/test_a.py": "import nowhere\n", "tests/test_b.py": "def broken(:\n    pass\n"}
    )
    missing, syntax = project.run_pytest().failures

    assert (missing.test, missing.error) == ("tests/test_a.py", "ModuleNotFoundError")
    assert missing.frames == (Frame("tests/test_a.py", 1, "<module>"),)
    assert (syntax.test, syntax.error) == ("tests/test_b.py", "SyntaxError")
    assert syntax.frames == (Frame("tests/test_b.py", 1),)


def test_a_broken_conftest(project: Project):
    """An error before the collection is read too."""
    project.write({"conftest.py": "import nowhere\n", "test_a.py": "def test(): pass\n"})
    (failure,) = project.run_pytest().failures

    assert (failure.error, failure.frames) == (
        "ModuleNotFoundError",
        (Frame("conftest.py", 1, "<module>"),),
    )


def test_fixtures_chains_and_captured_output(project: Project):
    """Errors of fixtures carry their test; of a chain the last counts; what was captured does not."""
    project.write(
        {
            "test_a.py": """
            import pytest


            def load():
                try:
                    {}["a"]
                except KeyError as error:
                    raise ValueError("bad config") from error


            @pytest.fixture
            def config():
                print("E   RuntimeError: only printed")
                print("src/x.py:3: RuntimeError")
                load()


            def test_a(config):
                pass
            """
        }
    )
    (failure,) = project.run_pytest().failures

    assert (failure.test, failure.error, failure.message) == (
        "test_a.py::test_a",
        "ValueError",
        "bad config",
    )
    assert failure.root_cause == "KeyError: 'a'"
    assert [frame.line for frame in failure.frames] == [15, 8]


def test_doctests_of_pytest(project: Project):
    """The difference is the message."""
    project.write({"mod.py": '"""A module.\n\n>>> 1 + 1\n3\n"""\n'})
    (failure,) = project.run_pytest("--doctest-modules", "mod.py").failures

    assert (failure.test, failure.error, failure.frames) == (
        "mod.py::mod",
        "DocTestFailure",
        (Frame("mod.py", 3),),
    )
    assert "Expected:\n    3\nGot:\n    2" in failure.message


def test_unittest(project: Project):
    """Errors, failures and a class that cannot be set up, with dotted names."""
    project.write(
        {
            "test_u.py": """
            import unittest


            class A(unittest.TestCase):
                def test_sum(self):
                    self.assertEqual(1 + 1, 3, "sums")


            class B(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    nowhere()

                def test_b(self):
                    pass
            """
        }
    )
    reading = project.run_python("-m", "unittest", "test_u.py")
    by_test = {
        failure.test: (failure.error, failure.frames[-1].line) for failure in reading.failures
    }

    assert by_test == {"test_u.A.test_sum": ("AssertionError", 6), "test_u.B": ("NameError", 12)}
    assert (reading.category, reading.tool) == ("test-failure", "unittest")


def test_a_script_that_dies(project: Project):
    """The last exception of a chain is the failure; frames of Python itself are not ours."""
    project.write(
        {
            "run.py": """
            import json


            def parse(text):
                try:
                    return json.loads(text)
                except ValueError as error:
                    raise RuntimeError(f"cannot read {text!r}\\nsecond line") from error


            parse("{")
            """
        }
    )
    reading = project.run_python("run.py")
    (failure,) = reading.failures

    assert (reading.category, failure.error) == ("crash", "RuntimeError")
    assert failure.message == "cannot read '{'\nsecond line"
    assert failure.frames == (Frame("run.py", 11, "<module>"), Frame("run.py", 8, "parse"))
    assert failure.root_cause.startswith("json.decoder.JSONDecodeError: Expecting property name")


def test_an_exception_group(project: Project):
    """Its leaves are the failures, each with its own frames."""
    project.write(
        {
            "run.py": """
            import asyncio


            async def fail(error):
                raise error


            async def main():
                async with asyncio.TaskGroup() as group:
                    group.create_task(fail(ValueError("a")))
                    group.create_task(fail(KeyError("b")))


            asyncio.run(main())
            """
        }
    )
    failures = project.run_python("run.py").failures

    assert [(failure.error, failure.message) for failure in failures] == [
        ("ValueError", "a"),
        ("KeyError", "'b'"),
    ]
    assert {failure.frames for failure in failures} == {(Frame("run.py", 5, "fail"),)}


def test_a_dying_interpreter(project: Project):
    """A fatal signal's stack is told innermost first, and is turned round."""
    project.write(
        {
            "run.py": "import faulthandler\nfaulthandler.enable()\ndef f():\n    faulthandler._sigabrt()\nf()\n"
        }
    )
    (failure,) = project.run_python("run.py").failures

    assert failure.message == "Fatal Python error: Aborted"
    assert failure.frames == (Frame("run.py", 5, "<module>"), Frame("run.py", 4, "f"))


def test_a_doctest_run(project: Project):
    """python -m doctest names the example's place."""
    project.write({"mod.py": '"""A module.\n\n>>> 1 + 1\n3\n"""\n'})
    (failure,) = project.run_python("-m", "doctest", "mod.py").failures

    assert (failure.test, failure.frames) == ("mod", (Frame("mod.py", 3, "mod"),))


def test_a_fingerprint_survives_what_changes(project: Project):
    """Other lines, addresses and values give the same fingerprint; another error gives another."""
    text = "import os\n{gap}def test_a():\n    assert object() is None, f'{{os.getpid()}} ms in /tmp/{{os.getpid()}}/x'\n"
    project.write({"test_a.py": text.format(gap="")})
    first = project.run_pytest().failures[0].fingerprint
    project.write({"test_a.py": text.format(gap="\n\n\n\n")})
    second = project.run_pytest().failures[0].fingerprint
    project.write({"test_a.py": "def test_a():\n    1 / 0\n"})
    third = project.run_pytest().failures[0].fingerprint

    assert first == second
    assert first != third
