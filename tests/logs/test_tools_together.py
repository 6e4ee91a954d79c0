"""Several tools that fail in one step are all told: tests and linters."""

from __future__ import annotations

import pytest

from tests.logs.reading import read_output, summarize

FILES = [
    "src/cart.py",
    "tests/test_cart.py",
    "src/cart.ts",
    "src/cart.test.ts",
    "cart.go",
    "cart_test.go",
]
PYTEST = """\
============================= test session starts ==============================
collected 2 items

tests/test_cart.py .F                                                    [100%]

=================================== FAILURES ===================================
__________________________________ test_adds ___________________________________

    def test_adds():
>       assert total(1) == 3
E       assert 2 == 3
E        +  where 2 = total(1)

tests/test_cart.py:4: AssertionError
----------------------------- Captured stdout call -----------------------------
src/cart.py:9:1: F401 `re` imported but unused
=========================== short test summary info ============================
FAILED tests/test_cart.py::test_adds - assert 2 == 3
========================= 1 failed, 1 passed in 0.05s ==========================
"""
RUFF = """\
src/cart.py:1:8: F401 [*] `os` imported but unused
Found 1 error.
"""
MYPY = """\
src/cart.py:3: error: Name "x" is not defined  [name-defined]
Found 1 error in 1 file (checked 2 source files)
"""
ESLINT = """\

/home/runner/work/shop/shop/src/cart.ts
  3:7  error  'x' is assigned a value but never used  no-unused-vars

✖ 1 problem (1 error, 0 warnings)

"""
JEST = """\
FAIL src/cart.test.ts
  ● cart › adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 2

      4 | test('adds', () => {
    > 5 |   expect(total(1)).toBe(3)
        |                    ^
      6 | })

      at Object.<anonymous> (src/cart.test.ts:5:20)

Test Suites: 1 failed, 1 total
Tests:       1 failed, 1 total
"""
VET = """\
# example.com/shop
./cart.go:3:2: Printf format %d has arg name of wrong type string
"""
GO = """\
--- FAIL: TestAdds (0.00s)
    cart_test.go:7: want 3, got 2
FAIL
FAIL\texample.com/shop\t0.003s
FAIL
"""
ADDS = "tests/test_cart.py::test_adds | AssertionError | tests/test_cart.py:4"
CASES = {
    "ruff, pytest": (RUFF + PYTEST, [ADDS, "- | F401 | src/cart.py:1"]),
    "pytest, ruff": (PYTEST + RUFF, [ADDS, "- | F401 | src/cart.py:1"]),
    "ruff, mypy, pytest": (
        RUFF + MYPY + PYTEST,
        [ADDS, "- | F401 | src/cart.py:1", "- | name-defined | src/cart.py:3"],
    ),
    "eslint, jest": (
        ESLINT + JEST,
        ["cart › adds | - | src/cart.test.ts:5", "- | no-unused-vars | src/cart.ts:3"],
    ),
    "jest, tsc": (
        JEST
        + "src/cart.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
        ["cart › adds | - | src/cart.test.ts:5", "- | TS2322 | src/cart.ts:3"],
    ),
    "vet, go test": (VET + GO, ["TestAdds | - | cart_test.go:7", "- | - | cart.go:3"]),
    "pytest, black": (
        PYTEST + "would reformat src/cart.py\n\nOh no! 💥 💔 💥\n1 file would be reformatted.\n",
        [ADDS, "- | - | src/cart.py:?"],
    ),
}


@pytest.mark.parametrize(("output", "failures"), CASES.values(), ids=CASES)
def test_tests_and_linters_of_one_step_are_both_told(output: str, failures: list[str]):
    """Whichever ran first. What a failed test printed is no failure of its own."""
    told = summarize(read_output(output, FILES))

    assert told[0].startswith("test-failure, fix, ")
    assert sorted(failures) == sorted(told[1:])


def test_a_test_without_a_place_is_still_what_failed():
    """The linter's place does not make it a linter's failure."""
    reading = read_output(
        f"{RUFF}FAILED tests/test_gone.py::test_x - boom\n1 failed in 1s\n", FILES
    )

    assert "test-failure" == reading.category
