"""What the gate "tests" reads, to the last field: tests, settings, conditions, handlers."""

from __future__ import annotations

import pytest

from bot.gates.change import Change
from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.config_relaxed import find_relaxed_settings
from bot.gates.test_integrity.find_tests import find_tests
from bot.gates.test_integrity.read_condition import read_condition, read_named_assertion
from bot.gates.test_integrity.swallowed_errors import find_swallowed_errors
from bot.values import Finding

# --- tests, by language
# ----------------------------------------------------------------------------------------

PYTHON = """import pytest

pytestmark = pytest.mark.slow


class TestCart:
    @pytest.mark.parametrize("n, want", [(1, 2)])
    def test_total(self, n, want):
        assert total(n) == want

    def helper(self):
        assert 1

    @pytest.fixture
    def test_data(self):
        return 3


class Helper:
    def test_not_collected(self):
        assert 2 == 3


def test_top():
    def test_inner():
        assert 4
    assert 5
"""
JAVASCRIPT = """describe("cart", () => {
  it("adds", async () => { expect(add(1, 2)).toBe(3) });
  it.skip('other', function () {
    expect(1).toBe(1);
  });
  it.each([["a", 2]])("rows %s", (a) => { expect(a).toBe(2) });
  it("pending");
  const it2 = 3;
});
test(`plain`, () => { expect(x).toBeTruthy() });
"""
GO = """package a

func TestAdd(t *testing.T) {
	if got := Add(1, 2); got != 3 {
		t.Errorf("got %d", got)
	}
}

func helper(t *testing.T) { t.Fatal("x") }
"""
RUBY = """RSpec.describe Cart do
  context "when empty" do
    it "is free" do
      expect(cart.total).to eq(0)
    end
    xit "later" do
      expect(1).to eq 1
    end
  end
end
"""
RUST = """mod tests {
    #[test]
    #[ignore]
    fn adds() {
        assert_eq!(add(1, 2), 3);
    }
    fn helper() { assert!(true); }
}
"""
JAVA = """class ATest {
  @Test
  @Disabled
  void adds() { assertEquals(3, add(1, 2)); }
  void helper() { }
}
"""
CLASS = "pytestmark = pytest.mark.slow\nclass TestCart:\n    \n"
TESTS = {
    "tests/test_a.py": (
        PYTHON,
        [
            (
                "TestCart::test_total",
                8,
                f'{CLASS}@pytest.mark.parametrize("n, want", [(1, 2)])\n    def test_total(self, n, want):\n        ',
                [("(1, 2)", 7, True), ("assert total(n) == want", 9, False)],
            ),
            (
                "test_top",
                24,
                "pytestmark = pytest.mark.slow\ndef test_top():\n    ",
                [("assert 5", 27, False)],
            ),
            ("", 1, "", [("assert 1", 12, False), ("assert 2 == 3", 21, False)]),
        ],
    ),
    "a.test.js": (
        JAVASCRIPT,
        [
            (
                "cart::adds",
                2,
                '\ndescribe("cart", () \nit("adds", async () ',
                [("expect(add(1, 2)).toBe(3)", 2, False)],
            ),
            (
                "cart::other",
                3,
                "\ndescribe(\"cart\", () \nit.skip('other', function () ",
                [("expect(1).toBe(1)", 4, False)],
            ),
            (
                "cart::rows %s",
                6,
                '\ndescribe("cart", () \nit.each([["a", 2]])("rows %s", (a) ',
                [('["a", 2]', 6, True), ("expect(a).toBe(2)", 6, False)],
            ),
            ("plain", 10, "\ntest(`plain`, () ", [("expect(x).toBeTruthy()", 10, False)]),
            ("", 1, "", []),
        ],
    ),
    "a_test.go": (
        GO,
        [
            ("TestAdd", 3, "\nfunc TestAdd(t *testing.T) ", [("if Add(1, 2) != 3", 4, False)]),
            ("", 1, "", [('t.Fatal("x")', 9, False)]),
        ],
    ),
    "spec/a_spec.rb": (
        RUBY,
        [
            (
                "when empty::is free",
                3,
                '\ncontext "when empty" do\nit "is free" do',
                [("expect(cart.total).to eq(0)", 4, False)],
            ),
            (
                "when empty::later",
                6,
                '\ncontext "when empty" do\nxit "later" do',
                [("expect(1).to eq 1", 7, False)],
            ),
            ("", 1, "", []),
        ],
    ),
    "tests/a.rs": (
        RUST,
        [
            (
                "tests::adds",
                4,
                "\nmod tests \n#[test]\n    #[ignore]\n    fn adds() ",
                [("assert_eq!(add(1, 2), 3)", 5, False)],
            ),
            ("", 1, "", [("assert!(true)", 7, False)]),
        ],
    ),
    "src/test/java/ATest.java": (
        JAVA,
        [
            (
                "ATest::adds",
                2,
                "\nclass ATest \n@Test\n  @Disabled\n  void adds() ",
                [("assertEquals(3, add(1, 2))", 4, False)],
            ),
            ("", 1, "", []),
        ],
    ),
}


@pytest.mark.parametrize("path", TESTS)
def test_a_test_is_found_with_its_name_its_header_and_its_assertions(path):
    """In its classes and suites; what no runner collects has no name, and its assertions are kept."""
    text, expected = TESTS[path]
    found = [
        (
            test.name,
            test.line,
            test.header,
            [(item.text, item.line, item.is_row) for item in test.assertions],
        )
        for test in find_tests(path, text)
    ]

    assert expected == found


# --- settings
# ----------------------------------------------------------------------------------------------------

COVERAGE = "[tool.coverage.report]\n"
MCCABE = "[tool.ruff.lint.mccabe]\n"
SETTINGS = {
    "a floor that fell": (
        "pyproject.toml",
        f"{COVERAGE}fail_under = 90\n",
        f"{COVERAGE}fail_under = 80\n",
        [(2, "`tool.coverage.report.fail_under` 90 became 80.")],
    ),
    "a floor that went": (
        "pyproject.toml",
        f"{COVERAGE}fail_under = 90\n",
        COVERAGE,
        [(0, "`tool.coverage.report.fail_under` 90 became nothing.")],
    ),
    "a floor that rose": (
        "pyproject.toml",
        f"{COVERAGE}fail_under = 80\n",
        f"{COVERAGE}fail_under = 90\n",
        [],
    ),
    "a ceiling that rose": (
        "pyproject.toml",
        f"{MCCABE}max-complexity = 8\n",
        f"{MCCABE}max-complexity = 12\n",
        [(2, "`tool.ruff.lint.mccabe.max-complexity` 8 became 12.")],
    ),
    "a ceiling that is written otherwise": (
        "pyproject.toml",
        f"{MCCABE}max-complexity = '8'\n",
        f"{MCCABE}max-complexity = 8.0\n",
        [],
    ),
    "a ceiling that is new": (
        "pyproject.toml",
        MCCABE,
        f"{MCCABE}max-complexity = 12\n",
        [],
    ),
    "a switch that is off": (
        "mypy.ini",
        "[mypy]\nstrict = True\n",
        "[mypy]\nstrict = False\n",
        [(2, "`mypy.strict` True became False.")],
    ),
    "a switch that went": (
        "mypy.ini",
        "[mypy]\nstrict = True\n",
        "[mypy]\n",
        [(0, "`mypy.strict` True became nothing.")],
    ),
    "a switch that stays on in another word": (
        "mypy.ini",
        "[mypy]\nstrict = 1\n",
        "[mypy]\nstrict = yes\n",
        [],
    ),
    "a lax switch that is on": (
        "mypy.ini",
        "[mypy]\nx = 1\nignore_errors = False\n",
        "[mypy]\nx = 1\nignore_errors = True\n",
        [(3, "`mypy.ignore_errors` is True now.")],
    ),
    "rules that went": (
        "ruff.toml",
        "[lint]\nselect = ['E', 'F']\n",
        "[lint]\nselect = ['E']\n",
        [(2, "`lint.select` does not ask for F any more.")],
    ),
    "rules that became wider": (
        "ruff.toml",
        "[lint]\nselect = ['E501', 'F']\n",
        "[lint]\nselect = ['E', 'F']\n",
        [],
    ),
    "all rules": ("ruff.toml", "[lint]\nselect = ['X1']\n", "[lint]\nselect = ['ALL']\n", []),
    "rules that are left out": (
        "ruff.toml",
        "[lint]\nignore = []\n",
        "[lint]\nignore = ['E501', 'F401']\n",
        [(2, "`lint.ignore` leaves out E501, F401 too.")],
    ),
    "a folder that became a file in it": (
        "ruff.toml",
        "exclude = ['a/']\n",
        "exclude = ['a/b.py']\n",
        [],
    ),
    "a folder more": (
        "ruff.toml",
        "exclude = ['a/']\n",
        "exclude = ['a/', 'b']\n",
        [(1, "`exclude` leaves out b too.")],
    ),
    "an error that only warns": (
        ".eslintrc.json",
        '{"rules": {"no-var": "error"}}',
        '{"rules": {"no-var": "warn"}}',
        [(1, "`rules.no-var` error became warn.")],
    ),
    "a warning that is off": (
        ".eslintrc.json",
        '{"rules": {"no-var": "warn"}}',
        '{"rules": {"no-var": "off"}}',
        [(1, "`rules.no-var` warn became off.")],
    ),
    "a rule that warns and was off": (
        ".eslintrc.json",
        '{"rules": {"no-var": "off"}}',
        '{"rules": {"no-var": "warn"}}',
        [],
    ),
    "a rule that is off and had its default": (
        ".eslintrc.json",
        '{"rules": {}}',
        '{"rules": {"no-var": "off"}}',
        [(1, "`rules.no-var` its default became off.")],
    ),
    "an option that went": (
        "Makefile",
        "test:\n\tpytest -W error\n",
        "test:\n\tpytest\n",
        [(2, "`-W error` was removed.")],
    ),
    "a shell that is deaf": (
        "Makefile",
        "test:\n\tpytest\n",
        "test:\n\tpytest || true\n",
        [(2, "`|| true` was added.")],
    ),
    "a comment": ("Makefile", "test:\n\tpytest\n", "test:\n\t# pytest || true\n\tpytest\n", []),
    "what was deaf before": (
        "Makefile",
        "test:\n\tpytest a || true\n",
        "test:\n\tpytest b || true\n",
        [],
    ),
    "code that has no sections": (
        "jest.config.js",
        "module.exports = {\n  coverageThreshold: { global: { lines: 90 } },\n}\n",
        "module.exports = {\n  coverageThreshold: { global: { lines: 80 } },\n}\n",
        [
            (
                2,
                "`coverageThreshold` { global: { lines: 90 } } became { global: { lines: 80 } }.",
            )
        ],
    ),
    "a hook of pytest": (
        "conftest.py",
        "import pytest\n",
        "import pytest\n\ndef pytest_collection_modifyitems(items):\n    items.clear()\n",
        [(3, "`pytest_collection_modifyitems` was added.")],
    ),
}


@pytest.mark.parametrize(("path", "before", "after", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_a_check_that_is_asked_for_less_says_what_became_of_it(path, before, after, expected):
    """On the new line, where there is one; what asks for as much or more is fair."""
    findings = find_relaxed_settings(Change({path: before}, {path: after}))

    assert [
        Finding("tests", path, line, f"A check is asked for less: {words}", rule="setting-relaxed")
        for line, words in expected
    ] == list(findings)


def test_a_check_that_is_not_run_any_more_is_named():
    """It stands on no line now."""
    made = Change(
        {"Makefile": "test:\n\tpytest -x\n\truff check .\n"}, {"Makefile": "test:\n\tpytest -x\n"}
    )
    (finding,) = find_relaxed_settings(made)

    assert ("Makefile", 0, True) == (finding.path, finding.line, finding.blocks)
    assert finding.text.startswith("`ruff` is not run any more")


# --- conditions
# --------------------------------------------------------------------------------------------------

SOME, BOUND, PART, NEAR, EXACT = (
    Strictness.SOME,
    Strictness.BOUND,
    Strictness.PART,
    Strictness.NEAR,
    Strictness.EXACT,
)
CONDITIONS = {
    "not x": Assertion("", "x", "False", SOME),
    "!x": Assertion("", "x", "False", SOME),
    "x != y": Assertion("", "x", "y", BOUND, bound="!="),
    "!x != y": Assertion("", "x", "y", EXACT),
    "x != null": Assertion("", "x", "null", SOME, bound="!="),
    "x is not None": Assertion("", "x", "None", SOME, bound="!="),
    "null !== x": Assertion("", "x", "null", SOME, bound="!="),
    "3 < x": Assertion("", "x", "3", BOUND, bound=">"),
    "x >= 3": Assertion("", "x", "3", BOUND, bound=">="),
    "not x >= 3": Assertion("", "x", "3", BOUND, bound="<"),
    "abs(a - b) < 0.1": Assertion("", "a", "b", NEAR, 0.1),
    "abs(a) < 0.5": Assertion("", "a", "", NEAR, 0.5),
    "x in [1, 2]": Assertion("", "x", "[1, 2]", PART, bound="in"),
    "'a' in x": Assertion("", "x", "'a'", PART, bound="in"),
    "x not in y": Assertion("", "y", "x", PART, bound="not in"),
    "not (a == b)": Assertion("", "a", "b", BOUND, bound="!="),
    "!(a === b)": Assertion("", "a", "b", BOUND, bound="!="),
    "1 == x": Assertion("", "x", "1", EXACT),
    "x == approx(1, abs=2)": Assertion("", "x", "1", NEAR, 2.0),
    "1 == 1": Assertion("", "1", "1", Strictness.NOTHING),
    "x == x": Assertion("", "x", "x", Strictness.NOTHING),
    "True": Assertion("", "True", "", Strictness.NOTHING),
    "!= x": Assertion("", "", "x", BOUND, bound="!="),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_read_with_what_it_looks_at(condition):
    """Which side is looked at, what must be there, and how strictly."""
    assert CONDITIONS[condition] == read_condition(condition)


NAMED = {
    "an error's type": (
        "assertRaises",
        ["ValueError"],
        Assertion("", "raises", "ValueError", PART),
    ),
    "and what raises it": (
        "assertRaises",
        ["ValueError", "() => f", "f()"],
        Assertion("", "raises", "ValueError", PART),
    ),
    "any error": (
        "assertRaises",
        ["Exception", "f(1)"],
        Assertion("", "raises", "Exception", SOME),
    ),
    "equal": ("assertEqual", ["a", "3"], Assertion("", "a", "3", EXACT)),
    "equal, turned": ("assertEqual", ["3", "a"], Assertion("", "a", "3", EXACT)),
    "equal, about": ("assertEqual", ["3", "a", "0.1"], Assertion("", "a", "3", NEAR, 0.1)),
    "almost": ("assertAlmostEqual", ["a", "3", "places=2"], Assertion("", "a", "3", NEAR, 0.01)),
    "greater": ("assertGreater", ["a", "3"], Assertion("", "a", "3", BOUND, bound=">")),
    "a condition": ("assertTrue", ["x > 1"], Assertion("", "x", "1", BOUND, bound=">")),
    "a condition that fails": (
        "assertFalse",
        ["x > 1"],
        Assertion("", "x", "1", BOUND, bound="<="),
    ),
    "nothing": ("assertNone", ["x"], Assertion("", "x", "None", EXACT)),
    "one side": ("assertEqual", ["a"], Assertion("", "a", "", EXACT)),
    "in": ("assertIn", ["1", "x"], Assertion("", "x", "1", PART)),
    "no sides": ("assert_valid", [], Assertion("", "assert_valid", "", SOME)),
}


@pytest.mark.parametrize(("name", "arguments", "assertion"), NAMED.values(), ids=NAMED)
def test_an_assertion_is_read_by_its_name(name, arguments, assertion):
    """By the words of many frameworks, in whichever order they take their sides."""
    assert assertion == read_named_assertion(name, arguments)


# --- handlers
# ----------------------------------------------------------------------------------------------------

TRY = "try:\n    f()\n"
HANDLERS = [
    ("a.py", f"{TRY}except Exception:\n    pass\n", (3, "except Exception: pass", True)),
    ("a.py", f"{TRY}except:\n    continue  # gone\n", (3, "except: continue # gone", True)),
    (
        "a.py",
        f"{TRY}except (KeyError, Exception) as e:\n    ...\n",
        (3, "except (KeyError, Exception) as e: ...", True),
    ),
    ("a.py", f"{TRY}except ValueError:\n    pass\n", None),
    ("a.py", f"{TRY}except Exception:\n    log()\n", None),
    (
        "a.py",
        f"{TRY}except BaseException:\n    # the socket is closed\n    pass\n",
        (3, "except BaseException: # the socket is closed pass", False),
    ),
    ("a.py", "with suppress(Exception):\n    f()\n", (1, "suppress(Exception)", True)),
    ("a.rb", "begin\n  f\nrescue => e\nend\n", (3, "rescue => e", True)),
    ("a.rb", "begin\n  f\nrescue => e\n  log(e)\nend\n", None),
    ("a.rb", "begin\n  f\nrescue KeyError\nend\n", None),
    ("a.rb", "begin\n  f\nrescue\n  # nothing\nend\n", (3, "rescue # nothing", True)),
    ("a.rb", "x = f rescue nil\n", (1, "f rescue nil", True)),
    ("a.rb", "x = f rescue 0\n", None),
    ("a.js", "try { f() } catch (e) {}\n", (1, "catch (e) {}", True)),
    ("a.js", "try { f() } catch (e) { log(e) }\n", None),
    ("a.js", "f().catch(() => {})\n", (1, ".catch(() => {})", True)),
    ("a.js", "x\nf().catch(e => null)\n", (2, ".catch(e => null)", True)),
    ("a.js", "f().catch(e => g(e))\n", None),
    (
        "a.go",
        "package a\nfunc f() {\n\tif err != nil {\n\t}\n}\n",
        (3, "if err != nil { }", True),
    ),
    ("a.go", "package a\nfunc f() error {\n\tif err != nil {\n\t\treturn err\n\t}\n}\n", None),
    ("a.go", "package a\nfunc f() {\n\tif err == nil {\n\t}\n}\n", None),
    (
        "a.java",
        "class A { void f() { try { g(); } catch (Exception e) { return; } } }\n",
        (1, "catch (Exception e) { return; }", True),
    ),
    ("vendor/a.py", f"{TRY}except Exception:\n    pass\n", None),
    (
        "a.kt",
        "fun f() { try { g() } catch (e: Exception) { } }\n",
        (1, "catch (e: Exception) { }", True),
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), HANDLERS)
def test_a_handler_that_swallows_every_error_is_told(path, text, expected):
    """One that says why only advises; one that catches what is meant, or does something, is fair."""
    findings = [
        (finding.line, finding.text, finding.blocks)
        for finding in find_swallowed_errors(Change({path: None}, {path: text}))
    ]
    told = []
    if expected:
        line, shown, blocks = expected
        advice = "Catch the one that is meant, and say what follows."
        told = [(line, f"Every error is swallowed here: `{shown}`. {advice}", blocks)]

    assert told == findings


def test_a_handler_that_only_moved_is_not_told():
    """As many as there were are no more than before; where one is new, it is that one."""
    swallows = f"{TRY}except Exception:\n    pass\n"
    moved = Change({"a.py": swallows, "b.py": None}, {"a.py": None, "b.py": f"x\n{swallows}"})
    second = Change({"a.py": swallows}, {"a.py": f"{swallows}y\n{swallows}"})
    narrow = swallows.replace("Exception", "ValueError")

    assert [] == list(find_swallowed_errors(moved))
    assert [8] == [finding.line for finding in find_swallowed_errors(second)]
    assert [3] == [
        finding.line
        for finding in find_swallowed_errors(Change({"a.py": narrow}, {"a.py": swallows}))
    ]
