"""Tests that prove nothing as they are written, in the manner of each framework."""

import pytest

from bot.gates.test_integrity.find_tests import find_tests
from bot.gates.test_integrity.idle_tests import explain_idle_test

SKIPPED = "it is skipped."
FAILS = "it is expected to fail."
EMPTY = "it is empty."
PYTHON = """\
import pytest, unittest

@pytest.mark.skip(reason="x")
def test_skipped():
    assert f() == 1

@pytest.mark.skipif(True, reason="x")
def test_always():
    assert f() == 1

@pytest.mark.skipif(sys.platform == "win32", reason="x")
def test_elsewhere():
    assert f() == 1

@pytest.mark.xfail
def test_xfail():
    assert f() == 1

def test_empty():
    \'\'\'Does it.\'\'\'

def test_raises_nothing():
    f("")

def test_later():
    pytest.skip("later")
    assert f() == 1

def test_where_it_can():
    if not has_disk():
        pytest.skip("no disk")
    assert f() == 1

@pytest.mark.parametrize("a", [])
def test_no_cases(a):
    assert f(a)

@pytest.mark.parametrize("a", [1, 2])
def test_cases(a):
    assert f(a)

def test_returns():
    return
    assert f()

def test_true():
    assert True

@pytest.mark.skip
class TestOff:
    def test_in(self):
        assert f()

class TestUnit(unittest.TestCase):
    @unittest.expectedFailure
    def test_fails(self):
        self.assertTrue(f())
"""
SCRIPT = """\
it.skip("skipped", () => { expect(f()).toBe(1) });
xit("crossed", () => { expect(f()).toBe(1) });
test("empty", () => {});
it.failing("fails", () => { expect(1).toBe(2) });
describe.skip("suite", () => { it("inner", () => { expect(f()).toBe(1) }) });
test("option", { skip: true }, () => { assert.equal(f(), 1) });
it("good", () => { expect(f()).toBe(1) });
"""
GO = """\
package a
func TestSkip(t *testing.T) { t.Skip("x"); if f() != 1 { t.Fatal() } }
func TestEmpty(t *testing.T) {}
func TestGood(t *testing.T) { if f() != 1 { t.Fatal("x") } }
"""
RUST = """\
#[test]
#[ignore]
fn ignored() { assert_eq!(f(), 1); }
#[test]
fn empty() {}
#[test]
#[should_panic]
fn panics() { f(); }
"""
JAVA = """\
class ATest {
 @Disabled @Test void off() { assertEquals(1, f()); }
 @Test void empty() {}
 @Test(expected = X.class) public void raises() { f(); }
}
"""


@pytest.mark.parametrize(
    ("path", "text", "idle"),
    [
        (
            "test_a.py",
            PYTHON,
            {
                "test_skipped": SKIPPED,
                "test_always": SKIPPED,
                "test_xfail": FAILS,
                "test_empty": EMPTY,
                "test_later": SKIPPED,
                "test_no_cases": "it has no cases, so it never runs.",
                "test_returns": "it returns before it tests anything.",
                "test_true": "what it asserts holds whatever the code does.",
                "TestOff::test_in": SKIPPED,
                "TestUnit::test_fails": FAILS,
            },
        ),
        (
            "a.test.ts",
            SCRIPT,
            {
                "skipped": SKIPPED,
                "crossed": SKIPPED,
                "empty": EMPTY,
                "fails": FAILS,
                "suite::inner": SKIPPED,
                "option": SKIPPED,
            },
        ),
        ("a_test.go", GO, {"TestSkip": SKIPPED, "TestEmpty": EMPTY}),
        ("tests/a.rs", RUST, {"ignored": SKIPPED, "empty": EMPTY}),
        ("ATest.java", JAVA, {"ATest::off": SKIPPED, "ATest::empty": EMPTY}),
    ],
)
def test_what_proves_nothing_is_told(path, text, idle):
    """And nothing is said of the others: skipped on some machines, or raising nothing, they may
    prove something.
    """
    reasons = {test.name: explain_idle_test(test) for test in find_tests(path, text) if test.name}

    assert idle == {name: reason for name, reason in reasons.items() if reason}
    assert len(reasons) > len(idle)
