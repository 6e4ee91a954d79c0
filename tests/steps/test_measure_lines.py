"""Which lines of the named code tests run, measured where the tests run."""

import shutil
from dataclasses import replace

import pytest

from bot.checks.line_counts import list_script_lines, read_go_profile
from bot.checks.line_script import write_script
from bot.steps.check_locally import LocalWork
from bot.steps.measure_lines import measure_lines
from bot.steps.prove_tests import prove_tests
from bot.values import NamedCode, Patch, ProjectCheck, ProjectChecks
from bot.values.proof import NamedLines
from bot.views.mutation_words import render_mutation_proof, render_unproved
from tests.folder_sandbox import FolderSandbox
from tests.gfm import GitHubPage

CODE = """\
def fee(total):
    \"\"\"Say what it costs.\"\"\"
    if total < 50:
        return 5

    if total > 500:
        return -1
    return 0
"""
OLD = """\
import unittest

from shop.cart import fee


class TestOld(unittest.TestCase):
    def test_small(self):
        fee(1)

    def test_red(self):
        self.assertEqual(9, fee(1))
"""
NEW = (
    OLD.replace("TestOld", "TestNew")
    .replace("        fee(1)", "        self.assertEqual(0, fee(90))")
    .partition("    def test_r")
)
SCRIPT = """\
export function fee(total) {
  // 😀 costs
  const words = "😀";
  if (total < 50) { return 5; }
  if (total > 500) {
    return -1;
  }
  return 0;
}
"""
SCRIPT_TEST = """\
import test from "node:test";
import assert from "node:assert";
import { fee } from "./cart.mjs";
test("small", () => assert.equal(fee(1), 5));
"""
UNITTEST = "python -m unittest"
CHECKS = ProjectChecks((ProjectCheck("test", "test", (UNITTEST,), only=f"{UNITTEST} {{only}}"),))
NAMED = NamedCode("shop/cart.py", 1, 8, name="fee", tests=("test_cart.py",), can_measure=True)
PROFILE = """\
mode: set
example.com/shop/cart/cart.go:3.24,4.16 1 1
example.com/shop/cart/cart.go:4.16,6.3 1 0
example.com/shop/other/cart.go:7.2,7.10 1 1
example.com/shop/cart/cart.go:7.2,7.10 1 1
"""
GO = "package cart\n\nfunc Fee(total int) int {\n\tif total < 50 {\n\t\treturn 5\n\t}\n\treturn 0\n}\n"


@pytest.mark.long
def test_lines_are_measured_before_and_with_the_new_tests(build):
    """Those of one Python file, in the processes of the tests; what fails before proves nothing,
    and is no earlier test that notices a change.
    """
    place = build({"shop/cart.py": CODE, "shop/__init__.py": "", "test_cart.py": OLD})
    sandbox = FolderSandbox(place.ports.mirrors)
    ports = replace(place.ports, sandbox=sandbox)
    work = LocalWork(place.tree(), Patch(), CHECKS, "run")
    before = measure_lines(ports, work, NAMED)

    assert NamedLines("shop/cart.py", (1, 3, 4, 6, 7, 8), (1, 3, 4)) == before
    new = replace(work, patch=Patch({"test_new.py": NEW[0]}))
    proof = prove_tests(ports, new, NAMED, before)

    assert (1, 3, 4, 6, 8) == proof.lines.after
    assert ["test_new.py::TestNew::test_small"] == [change.test for change in proof.noticed]
    assert GitHubPage(render_mutation_proof(proof)).paragraphs[0] == (
        "Of the 6 lines with code that were named 3 ran before in the tests named after it, "
        "5 run now. Line 7 is not run."
    )
    assert [False] == [change.was_noticed for change in proof.noticed]
    same = Patch({"test_cart.py": OLD + "\n    def test_again(self):\n        fee(2)\n"})
    again = prove_tests(ports, replace(work, patch=same), NAMED, before)

    assert again.adds_no_line
    text = render_unproved(replace(again, unproved=()))
    assert "did not run before. Not run: 6-8." in text


@pytest.mark.long
@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node here")
def test_lines_of_a_script_are_measured(build):
    """By what V8 counts, whatever characters stand before; a command that starts no node tells
    nothing.
    """
    place = build({"cart.mjs": SCRIPT, "cart.test.mjs": SCRIPT_TEST})
    node = shutil.which("node")
    ports = replace(place.ports, sandbox=FolderSandbox(place.ports.mirrors))
    checks = ProjectChecks(
        (ProjectCheck("test", "test", (f"{node} --test",), only=f"{node} --test {{only}}"),)
    )
    work = LocalWork(place.tree(), Patch(), checks, "run")
    code = NamedCode("cart.mjs", 1, 9, tests=("cart.test.mjs",), can_measure=True)

    assert NamedLines("cart.mjs", (3, 4, 5, 6, 8), (3, 4)) == measure_lines(ports, work, code)
    silent = replace(checks.checks[0], only="true {only}")
    work = replace(work, project=ProjectChecks((silent,)))
    assert "did not tell which lines ran" in measure_lines(ports, work, code).why


def test_a_profile_of_go_is_read():
    """Lines with code of this very file; brackets alone are none."""
    assert ({3, 4, 5, 7}, {3, 4, 7}) == read_go_profile(PROFILE, "cart/cart.go", GO)
    script = write_script("go", "go test ./cart", "cart/cart.go", ())

    assert "go test -coverpkg=./cart -coverprofile=.greenlit-lines/out/profile ./cart" in script
    assert {1: 0, 2: 13} == list_script_lines("a.ts", "let a = '😀'\nfoo()\n")


def test_a_tracer_of_the_tests_own_is_set_aside():
    """There is one at a time."""
    assert "--no-cov" in write_script("python", "pytest", "a.py", ["addopts = --cov=shop"])
    assert "--no-cov" not in write_script("python", "pytest", "a.py", ["addopts = -q"])
