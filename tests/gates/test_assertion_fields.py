"""What an assertion of some framework says, to the last field, and what a change of it is told as."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.gates.test_integrity import check_test_integrity
from bot.gates.test_integrity.assertion import Assertion, Strictness
from bot.gates.test_integrity.expression_scan import (
    find_atoms,
    find_numbers,
    is_literal,
    normalize_code,
    split_arguments,
    split_call,
    split_chain,
    strip_parentheses,
)
from bot.gates.test_integrity.find_tests import find_tests
from bot.gates.test_integrity.read_assertion import read_assertion, read_row
from tests.gates.test_test_integrity import CHANGES

FINDINGS = Path(__file__).with_name("integrity_findings.txt")
NOTHING, SOME, BOUND, PART, NEAR, EXACT = Strictness
# The text, what is looked at, what must be there, how strictly, how near, the operator.
ASSERTIONS = {
    "assert f(1) == 2": ("assert f(1) == 2", "f(1)", "2", EXACT, 0.0, ""),
    "assert (a == b), 'why'": ('assert (a == b), "why"', "a", "b", EXACT, 0.0, ""),
    "assert(a == b)": ("assert(a == b)", "a", "b", EXACT, 0.0, ""),
    "assert (a) == b": ("assert (a) == b", "(a)", "b", EXACT, 0.0, ""),
    "assert((a) == b)": ("assert((a) == b)", "(a)", "b", EXACT, 0.0, ""),
    "await expect(x).toBe(1);": ("expect(x).toBe(1)", "x", "1", EXACT, 0.0, ""),
    "assert  f( 1, )  ==  'a'": ('assert f(1) == "a"', "f(1)", '"a"', EXACT, 0.0, ""),
    "if got != want {": ("if got != want {", "got", "want", EXACT, 0.0, ""),
    "if err := f(); err != nil {": ("if err := f(); err != nil {", "err", "nil", EXACT, 0.0, ""),
    "if !ok {": ("if !ok {", "ok", "True", SOME, 0.0, ""),
    "self.assertEqual(f(1), 2)": ("self.assertEqual(f(1), 2)", "f(1)", "2", EXACT, 0.0, ""),
    "assertEquals(2, f(1));": ("assertEquals(2, f(1))", "f(1)", "2", EXACT, 0.0, ""),
    "assert_eq!(a, 3)": ("assert_eq!(a, 3)", "a", "3", EXACT, 0.0, ""),
    "assert_ne!(a, 3)": ("assert_ne!(a, 3)", "a", "3", BOUND, 0.0, ""),
    "assert!(x > 3)": ("assert!(x > 3)", "x", "3", BOUND, 0.0, ">"),
    "assert!(matches!(x, Some(_)))": (
        "assert!(matches!(x, Some(_)))",
        "matches!(x, Some(_))",
        "True",
        SOME,
        0.0,
        "",
    ),
    'assert(x == 1, "why")': ('assert(x == 1, "why")', "x", "1", EXACT, 0.0, ""),
    "assertTrue(lst.contains(3))": ("assertTrue(lst.contains(3))", "lst", "3", PART, 0.0, ""),
    "assertRaises(f)": ("assertRaises(f)", "raises", "f", SOME, 0.0, ""),
    'assertEqual(msg="y", first=x)': (
        'assertEqual(msg="y", first=x)',
        'msg="y"',
        "",
        EXACT,
        0.0,
        "",
    ),
    'assertThrows(KeyError.class, "no")': (
        'assertThrows(KeyError.class, "no")',
        "raises",
        'KeyError.class, "no"',
        EXACT,
        0.0,
        "",
    ),
    "debug_assert!(x)": ("debug_assert!(x)", "x", "True", SOME, 0.0, ""),
    "require.Equal(t, 2, f(1))": ("require.Equal(t, 2, f(1))", "f(1)", "2", EXACT, 0.0, ""),
    "assert.Nil(t, err)": ("assert.Nil(t, err)", "err", "None", EXACT, 0.0, ""),
    "assert.NoError(t, err)": ("assert.NoError(t, err)", "err", "", SOME, 0.0, ""),
    "require.Len(t, x, 3)": ("require.Len(t, x, 3)", "len(x)", "3", EXACT, 0.0, ""),
    "is.Equal(a, 3)": ("is.Equal(a, 3)", "a", "3", EXACT, 0.0, ""),
    't.Fatal("x")': ('t.Fatal("x")', "Fatal", '"x"', SOME, 0.0, ""),
    "expect(f(1)).toBe(2)": ("expect(f(1)).toBe(2)", "f(1)", "2", EXACT, 0.0, ""),
    "expect(x).not.toBe(2)": ("expect(x).not.toBe(2)", "x", "2", BOUND, 0.0, "!="),
    "expect(x).toEqual([1, 2])": ("expect(x).toEqual([1, 2])", "x", "[1, 2]", EXACT, 0.0, ""),
    "expect(x).toBeCloseTo(0.3, 5)": ("expect(x).toBeCloseTo(0.3, 5)", "x", "0.3", NEAR, 1e-05, ""),
    "expect(x).toBeGreaterThan(3)": ("expect(x).toBeGreaterThan(3)", "x", "3", BOUND, 0.0, ">"),
    "expect(x).toHaveLength(3)": ("expect(x).toHaveLength(3)", "len(x)", "3", EXACT, 0.0, ""),
    "expect(x).toContain('a')": ('expect(x).toContain("a")', "x", '"a"', PART, 0.0, ""),
    "expect(x).toBeTruthy()": ("expect(x).toBeTruthy()", "x", "", SOME, 0.0, ""),
    "expect(x).not.toBeNull()": ("expect(x).not.toBeNull()", "x", "None", SOME, 0.0, "!="),
    "expect(x).toThrow(TypeError)": (
        "expect(x).toThrow(TypeError)",
        "raises",
        "TypeError",
        PART,
        0.0,
        "",
    ),
    "expect(() => f()).toThrow()": ("expect(() => f()).toThrow()", "raises", "", SOME, 0.0, ""),
    "expect(f).toHaveBeenCalled()": ("expect(f).toHaveBeenCalled()", "f", "", SOME, 0.0, ""),
    "expect(x).resolves.toBe(1)": ("expect(x).resolves.toBe(1)", "x", "1", EXACT, 0.0, ""),
    "expect(x).to.deep.equal({ a: 1 })": (
        "expect(x).to.deep.equal({a: 1})",
        "x",
        "{a: 1}",
        EXACT,
        0.0,
        "",
    ),
    "expect(x).toEqual(expect.any(Number))": (
        "expect(x).toEqual(expect.any(Number))",
        "x",
        "expect.any(Number)",
        PART,
        0.0,
        "",
    ),
    "expect(x).toMatchSnapshot()": ("expect(x).toMatchSnapshot()", "x", "", PART, 0.0, ""),
    "expect(x).to eq(2)": ("expect(x).to eq(2)", "x", "2", EXACT, 0.0, ""),
    "expect(x).not_to eq 2": ("expect(x).not_to eq 2", "x", "2", BOUND, 0.0, "!="),
    "expect { f }.to raise_error(KeyError)": (
        "expect {f}.to raise_error(KeyError)",
        "raises",
        "KeyError",
        PART,
        0.0,
        "",
    ),
    "expect do f end.to raise_error": (
        "expect do f end.to raise_error",
        "raises",
        "",
        SOME,
        0.0,
        "",
    ),
    "x.should eq 1": ("x.should eq 1", "x", "1", EXACT, 0.0, ""),
    "x.should_not eq 1": ("x.should_not eq 1", "x", "1", BOUND, 0.0, "!="),
    "x.Should().Be(2)": ("x.Should().Be(2)", "x", "2", EXACT, 0.0, ""),
    "x.Should().NotBeNull()": ("x.Should().NotBeNull()", "x", "", SOME, 0.0, ""),
    "assert_equal 3, x": ("assert_equal 3, x", "x", "3", EXACT, 0.0, ""),
    "assert_nil x": ("assert_nil x", "x", "None", EXACT, 0.0, ""),
    "refute_equal 1, x": ("refute_equal 1, x", "x", "1", BOUND, 0.0, "!="),
    "assert_raises(KeyError) { f }": (
        "assert_raises(KeyError) {f}",
        "raises",
        "KeyError",
        PART,
        0.0,
        "",
    ),
    "assertThat(x).isEqualTo(1)": ("assertThat(x).isEqualTo(1)", "x", "1", EXACT, 0.0, ""),
    "assertThat(x).isNotNull().contains(3)": (
        "assertThat(x).isNotNull().contains(3)",
        "x",
        "3",
        PART,
        0.0,
        "",
    ),
    "Assert.AreEqual(3, x)": ("Assert.AreEqual(3, x)", "x", "3", EXACT, 0.0, ""),
    "assertTrue(x.isEmpty())": ("assertTrue(x.isEmpty())", "len(x)", "0", EXACT, 0.0, ""),
    "assertFalse(x == 3)": ("assertFalse(x == 3)", "x", "3", BOUND, 0.0, "!="),
    "assertNull(x)": ("assertNull(x)", "x", "None", EXACT, 0.0, ""),
    "assertArrayEquals(new int[]{1}, x)": (
        "assertArrayEquals(new int[]{1}, x)",
        "x",
        "new int[]{1}",
        EXACT,
        0.0,
        "",
    ),
    "assertEquals(0.3, x, 0.001)": ("assertEquals(0.3, x, 0.001)", "x", "0.3", NEAR, 0.001, ""),
    "assertAlmostEqual(x, 0.3, 3)": ("assertAlmostEqual(x, 0.3, 3)", "x", "0.3", NEAR, 0.001, ""),
    "assertAlmostEqual(x, 0.3, delta=0.5)": (
        "assertAlmostEqual(x, 0.3, delta=0.5)",
        "x",
        "0.3",
        NEAR,
        0.5,
        "",
    ),
    "$this->assertSame(1, $x)": ("$this->assertSame(1, $x)", "$x", "1", EXACT, 0.0, ""),
    "self::assertCount(2, $x)": ("self::assertCount(2, $x)", "len($x)", "2", EXACT, 0.0, ""),
    "XCTAssertEqual(a, 3)": ("XCTAssertEqual(a, 3)", "a", "3", EXACT, 0.0, ""),
    "EXPECT_EQ(a, 3)": ("EXPECT_EQ(a, 3)", "a", "3", EXACT, 0.0, ""),
    "ASSERT_NEAR(a, 0.3, 0.1)": ("ASSERT_NEAR(a, 0.3, 0.1)", "a", "0.3", NEAR, 0.1, ""),
    "EXPECT_TRUE(x)": ("EXPECT_TRUE(x)", "x", "True", SOME, 0.0, ""),
    "mock.assert_called_once_with(1)": (
        "mock.assert_called_once_with(1)",
        "mock",
        "1",
        EXACT,
        0.0,
        "",
    ),
    "mock.assert_called()": ("mock.assert_called()", "mock", "", SOME, 0.0, ""),
    "mock.assert_called_once_with(ANY)": (
        "mock.assert_called_once_with(ANY)",
        "mock",
        "ANY",
        PART,
        0.0,
        "",
    ),
    "np.testing.assert_allclose(a, b, rtol=1e-3)": (
        "np.testing.assert_allclose(a, b, rtol=1e-3)",
        "a",
        "b",
        NEAR,
        0.001,
        "",
    ),
    "pytest.raises(ValueError, match='no')": (
        'pytest.raises(ValueError, match="no")',
        "raises",
        'ValueError, match="no"',
        EXACT,
        0.0,
        "",
    ),
    "assert x == pytest.approx(3)": ("assert x == pytest.approx(3)", "x", "3", NEAR, 1e-06, ""),
    "assert math.isclose(a, b)": ("assert math.isclose(a, b)", "a", "b", NEAR, 1e-06, ""),
    "assert isinstance(x, A)": ("assert isinstance(x, A)", "x", "A", BOUND, 0.0, ""),
    "assert x.startswith('a')": ('assert x.startswith("a")', "x", '"a"', PART, 0.0, ""),
    "assert not x": ("assert not x", "x", "False", SOME, 0.0, ""),
    "assert x is True": ("assert x is True", "x", "True", EXACT, 0.0, ""),
    "assert all(f(y) for y in x)": (
        "assert all(f(y) for y in x)",
        "all(f(y) for y in x)",
        "True",
        SOME,
        0.0,
        "",
    ),
    "assert x, y": ("assert x, y", "x", "True", SOME, 0.0, ""),
    "assert 3 < x": ("assert 3 < x", "x", "3", BOUND, 0.0, ">"),
    "assert x in (1, 2)": ("assert x in (1, 2)", "x", "(1, 2)", PART, 0.0, "in"),
    "assert f'{x}' == 'a'": ('assert f"{x}" == "a"', 'f"{x}"', '"a"', EXACT, 0.0, ""),
    "fail('no')": ('fail("no")', "fail", '"no"', SOME, 0.0, ""),
    "check(x, 3)": ("check(x, 3)", "x", "True", SOME, 0.0, ""),
    "verify(mock).run(1)": ("verify(mock).run(1)", "mock.run", "1", EXACT, 0.0, ""),
}


@pytest.mark.parametrize("text", ASSERTIONS)
def test_an_assertion_is_read_to_its_last_field(text):
    """In the words of many frameworks, on its line."""
    flat, actual, expected, strictness, tolerance, bound = ASSERTIONS[text]

    assert Assertion(flat, actual, expected, strictness, tolerance, bound, 7) == read_assertion(
        text, 7
    )


def test_a_case_of_a_table_is_what_is_put_in_and_what_comes_out():
    """By the names of its parts, or the last of them."""
    assert Assertion('(1, "a")', "1", '"a"', EXACT, line=3, is_row=True) == read_row(
        ["1", "'a'"], ["", ""], "(1, 'a',)", 3
    )
    assert Assertion("{}", "2", "1, 3", EXACT, line=3, is_row=True) == read_row(
        ["1", "2", "3"], ["want", "n", "output"], "{}", 3
    )


def read_findings():
    """The findings that stand written, by the name of their change."""
    findings: dict[str, list[str]] = {}
    name = ""
    for line in FINDINGS.read_text(encoding="utf-8").splitlines()[2:]:
        if line.startswith(" "):
            findings[name].append(line.strip())
        else:
            name = line
            findings[name] = []
    return findings


def render_finding(finding):
    """Render where it is, by which rule, and what it quotes: its words may change."""
    quotes = " ".join(re.findall(r"`[^`]+`", finding.text))
    weight = "" if finding.blocks else " (advice)"
    return f"{finding.path}:{finding.line} {finding.rule}{weight} {quotes}".rstrip()


def test_every_labelled_change_is_told_on_its_line_with_what_it_is_about():
    """An accusation of the wrong line or test is not true, whoever deserves it."""
    found = {
        case.name: [render_finding(item) for item in check_test_integrity(case.change, {})]
        for case in CHANGES
    }

    assert read_findings() == {name: told for name, told in found.items() if told}


# --- expressions


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("a", ["a"]),
        ("a, b", ["a", "b"]),
        ("f(a, b), [c, d], {e: f, g: h}", ["f(a, b)", "[c, d]", "{e: f, g: h}"]),
        ("'a, b', \"c, d\", `e, f`", ["'a, b'", '"c, d"', "`e, f`"]),
        (r"'a\\', b'", [r"'a\\'", "b'"]),
        ("a,", ["a", ""]),
        ("rb'a, b', c", ["rb'a, b'", "c"]),
        ("a), b", ["a)", "b"]),
    ],
)
def test_arguments_are_split_outside_of_brackets_and_strings(text, parts):
    """Whatever is not closed."""
    assert parts == split_arguments(text)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("f(a)", ("f", "a", "")),
        ("f (a) .b", ("f", "a", ".b")),
        ("f(g(a), ')')(b)", ("f", "g(a), ')'", "(b)")),
        ("f(a", None),
        ("f", None),
        ("(a)", ("", "a", "")),
    ],
)
def test_a_call_is_split_at_the_bracket_that_closes_it(text, call):
    """What is called, what it is handed, and what follows."""
    assert call == split_call(text)


@pytest.mark.parametrize(
    ("chain", "matchers"),
    [
        (".toBe(1)", [("toBe", "1")]),
        (".not.toEqual(1)", [("toEqual", "1")]),
        (" eq 1", [("eq", "1")]),
        (".to eq 1", [("eq", "1")]),
        (".a(1).b(2, 3)", [("a", "1"), ("b", "2, 3")]),
        ("", []),
        ("(", []),
    ],
)
def test_a_chain_is_read_as_its_matchers(chain, matchers):
    """Without the words that only join them."""
    assert matchers == split_chain(chain)


def test_texts_are_compared_in_one_dress():
    """Blanks, quotes and last commas are dress; so are parentheses around the whole."""
    assert 'f(a, "b")' == normalize_code("f( a,\n  'b', );")
    assert "f('\"')" == normalize_code("f('\"')")
    assert ["a", "(a)(b)", "a"] == [strip_parentheses(text) for text in ("((a))", "(a)(b)", " (a)")]
    assert {"1000", "1e5", "x", "ab", "c"} == find_atoms(r"1_000 + 1E5 - x('ab\nc')")
    assert [1.0, -2.5, 3000.0] == find_numbers("1, -2.5 and 3_000; x4")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("1", True),
        ("-.5", True),
        ("'a'", True),
        ("None", True),
        ("[1, 'a']", True),
        ("{a: 1}", True),
        ("{'a': b}", True),
        ("{a: b}", False),
        ("[1, b]", False),
        ("x", False),
        ("nonexistent", False),
        ("expected", True),
    ],
)
def test_a_literal_is_a_value_that_somebody_wrote_down(text, is_one):
    """A list is one when all that it holds is."""
    assert is_one is is_literal(text)


# --- what a test holds: cases of tables, values that are set down, helpers that assert

HOLDS = {
    "tests/test_t.py": (
        """import pytest
CASES = [(1, "a"), (2, "b")]
@pytest.mark.parametrize("n, want", [pytest.param(1, 2, id="x"), pytest.param(id="y", n=3, want=4), (5, 6)])
def test_a(n, want):
    expected = 3
    wanted_name: str = "x"
    for left, right in [(1, 2), (3, 4)]:
        assert f(left) == right
    grid = [[1, 2], [3, 4]]
    point = (1, 2)
    check_it(n)
    helper(n, 3)

def check_it(n):
    assert n

def helper(n, m):
    assert n == m
""",
        [
            ("test_a", "1", "2", EXACT, "", 3, True),
            ("test_a", "n=3", "want=4", EXACT, "", 3, True),
            ("test_a", "5", "6", EXACT, "", 3, True),
            ("test_a", "expected", "3", EXACT, "=", 5, False),
            ("test_a", "wanted_name", '"x"', EXACT, "=", 6, False),
            ("test_a", "1", "2", EXACT, "", 7, True),
            ("test_a", "3", "4", EXACT, "", 7, True),
            ("test_a", "f(left)", "right", EXACT, "", 8, False),
            ("test_a", "n", "True", SOME, "", 11, False),
            ("test_a", "helper(n, 3)", "", SOME, "", 12, False),
            ("", "1", '"a"', EXACT, "", 2, True),
            ("", "2", '"b"', EXACT, "", 2, True),
            ("", "n", "True", SOME, "", 15, False),
            ("", "n", "m", EXACT, "", 18, False),
        ],
    ),
    "a_test.go": (
        """package a
func TestA(t *testing.T) {
	cases := []struct{ in string; want int }{
		{in: "a", want: 1},
		{"b", 2},
	}
	for _, c := range cases { if f(c.in) != c.want { t.Fatal(c) } }
	if x { log(x) }
}
""",
        [
            ("TestA", '"a"', "1", EXACT, "", 4, True),
            ("TestA", '"b"', "2", EXACT, "", 5, True),
            ("TestA", "f(c.in)", "c.want", EXACT, "", 7, False),
        ],
    ),
    "a.test.ts": (
        """test.each([[1, 2], [3, 4]])("adds %i", (a, b) => { expect(a).toBe(b) })
const cases = [{ in: "a", expected: 1 }, { name: "b", kind: 2 }]
""",
        [
            ("adds %i", "1", "2", EXACT, "", 1, True),
            ("adds %i", "3", "4", EXACT, "", 1, True),
            ("adds %i", "a", "b", EXACT, "", 1, False),
            ("", '"a"', "1", EXACT, "", 2, True),
        ],
    ),
    "T.cs": (
        """class T {
  [Theory]
  [InlineData(1, 2)]
  [InlineData(3, 4)]
  public void Adds(int a, int b) { Assert.Equal(b, Add(a)); }
}
""",
        [
            ("T::Adds", "1", "2", EXACT, "", 2, True),
            ("T::Adds", "3", "4", EXACT, "", 2, True),
            ("T::Adds", "Add(a)", "b", EXACT, "", 5, False),
        ],
    ),
}


@pytest.mark.parametrize("path", HOLDS)
def test_cases_values_and_helpers_count_as_what_they_assert(path):
    """And lists that are no cases, or branches that fail nothing, do not."""
    text, expected = HOLDS[path]
    found = [
        (test.name, item.actual, item.expected, item.strictness, item.bound, item.line, item.is_row)
        for test in find_tests(path, text)
        for item in test.assertions
    ]

    assert expected == found
