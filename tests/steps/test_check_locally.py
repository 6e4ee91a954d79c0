"""A change's own tests run on its base and with it; the repository's checks run on it."""

from dataclasses import replace

import pytest

from bot.ports import Unreachable
from bot.steps.check_locally import LocalWork, prove_change, run_local_checks
from bot.values import Patch, ProjectCheck, ProjectChecks
from tests.folder_sandbox import FolderSandbox

PYTEST = "python -m pytest -q -p no:cacheprovider"
CHECKS = ProjectChecks(
    (
        ProjectCheck("test", "test", (PYTEST,), only=f"{PYTEST} {{only}}"),
        ProjectCheck("lint", "lint", ("python -m compileall -q .",)),
        ProjectCheck("types", "types", ("mypy",), obstacle="mypy is not installed here."),
        ProjectCheck("format", "format", ("false",)),
    )
)
CART = "def total(prices):\n    return sum(prices[1:])\n"
MENDED = CART.replace("[1:]", "")
TESTS = "from cart import total\n\n\ndef test_empty():\n    assert total([]) == 0\n"
NEW = "\n\ndef test_all():\n    assert total([1, 2]) == 3\n"
RED = "\n\ndef test_old():\n    assert total([1]) == 2\n"


@pytest.fixture
def work(build):
    """A change of the cart, on a repository with these tests."""

    def make(patch, tests=TESTS, **files):
        place = build({"cart.py": CART, "test_cart.py": tests, **files})
        sandbox = FolderSandbox(place.ports.mirrors)
        ports = replace(place.ports, sandbox=sandbox)
        return ports, LocalWork(place.tree(), Patch(patch), CHECKS, "run"), sandbox

    return make


@pytest.mark.long
def test_a_new_test_that_fails_on_the_base_proves_the_change(work):
    """Only the new test runs: on the base it fails for the fault, with the change it passes."""
    ports, change, sandbox = work({"cart.py": MENDED, "test_cart.py": TESTS + NEW})
    proof = prove_change(ports, change)

    assert ("proved", ("test_cart.py::test_all",), ()) == (proof.kind, proof.tests, proof.unmoved)
    assert "assert 2 == 3" in proof.failure
    assert [{"cart.py", "test_cart.py"}, {"test_cart.py"}] == [
        set(job.patch.files) for job in sandbox.jobs
    ]


@pytest.mark.long
def test_a_test_that_passes_on_both_proves_nothing(work):
    """It is told by its name."""
    same = "\n\ndef test_zero():\n    assert total([0]) == 0\n"
    ports, change, _ = work({"cart.py": MENDED, "test_cart.py": TESTS + same})
    proof = prove_change(ports, change)

    assert ("passes before", ("test_cart.py::test_zero",)) == (proof.kind, proof.unmoved)


@pytest.mark.long
def test_a_test_that_fails_with_the_change_is_read(work):
    """The base is not asked: the model must mend it first."""
    ports, change, sandbox = work({"cart.py": CART, "test_cart.py": TESTS + NEW})
    proof = prove_change(ports, change)

    assert ("fails here", 1) == (proof.kind, len(sandbox.jobs))
    assert "assert 2 == 3" in proof.reading.failures[0].message


def test_no_test_and_no_check_for_it_are_told(work):
    """Neither is a proof, and neither runs anything."""
    ports, change, sandbox = work({"cart.py": MENDED})
    without_checks = replace(change, project=ProjectChecks(), patch=Patch({"test_b.py": NEW}))

    assert "no test" == prove_change(ports, change).kind
    assert "not possible" == prove_change(ports, without_checks).kind
    assert not sandbox.jobs


@pytest.mark.long
def test_checks_tell_what_the_change_broke_from_what_was_red(work):
    """The failing suite runs on the base too: the old failure is no fault of the change."""
    ports, change, _ = work({"cart.py": MENDED}, tests=TESTS + RED)
    states = {check.name: check.state for check in run_local_checks(ports, change)}

    assert {"types": "not run", "lint": "passed", "test": "already red"} == states


@pytest.mark.long
def test_a_check_that_the_change_broke_is_read(work):
    """What fails with the change alone is its own."""
    ports, change, _ = work({"cart.py": "def total(prices):\n    return 1\n"})
    *_, suite = run_local_checks(ports, change)

    assert ("test", "failed") == (suite.name, suite.state)
    assert "test_empty" in suite.reading.failures[0].test


@pytest.mark.long
def test_a_suite_that_takes_too_long_is_replaced_by_the_nearest_tests(work):
    """Those named after what changed run instead, and people are told."""
    ports, change, sandbox = work({"cart.py": MENDED})
    sandbox.endless = PYTEST
    project = replace(CHECKS, checks=CHECKS.checks[:1])
    (suite,) = run_local_checks(ports, replace(change, project=project))

    assert ("passed", "test_cart.py") == (suite.state, sandbox.jobs[-1].commands[0].split()[-1])
    assert suite.why.startswith("Only the tests nearest to the change")


def test_a_sandbox_that_fails_leaves_the_change_to_ci(work):
    """Neither proof nor check, with the reason; the run goes on."""

    class BrokenSandbox:
        def run(self, job):
            raise Unreachable("the disk is full", "sandbox")

    ports, change, _ = work({"cart.py": MENDED, "test_cart.py": TESTS + NEW})
    ports = replace(ports, sandbox=BrokenSandbox())
    proof = prove_change(ports, change)
    checks = run_local_checks(ports, change)

    assert ("not possible", "The sandbox does not work now.") == (proof.kind, proof.why)
    assert {"not run"} == {check.state for check in checks if check.name in ("test", "lint")}


@pytest.mark.long
def test_a_file_that_cannot_be_imported_proves_nothing_of_its_neighbours(work):
    """Of two new files of tests one fails on the base: that one is named, and not the other."""
    new = {
        "tax.py": "RATE = 19\n",
        "test_tax.py": "from tax import RATE\n\n\ndef test_rate():\n    assert RATE\n",
    }
    ports, change, _ = work({**new, "test_sum.py": "def test_sum():\n    assert sum([]) == 0\n"})
    proof = prove_change(ports, change)

    assert ("proved", ("test_tax.py",), ("test_sum.py",)) == (
        proof.kind,
        proof.tests,
        proof.unmoved,
    )
