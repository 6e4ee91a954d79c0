"""What an assertion says: of what, which value, how strictly, and how near is near enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gates.test_integrity.assertion import Strictness
from bot.gates.test_integrity.read_assertion import read_assertion, read_row


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("assert f(1) == 2", ("f(1)", "2", Strictness.EXACT)),
        ("assert 2 == f(1), 'why'", ("f(1)", "2", Strictness.EXACT)),
        ("assert (a == b)", ("a", "b", Strictness.EXACT)),
        ("self.assertEqual(f(1), 2)", ("f(1)", "2", Strictness.EXACT)),
        ("assertEquals(2, f(1));", ("f(1)", "2", Strictness.EXACT)),
        ("expect(f(1)).toBe(2)", ("f(1)", "2", Strictness.EXACT)),
        ("expect(x).to eq(2)", ("x", "2", Strictness.EXACT)),
        ("x.Should().Be(2)", ("x", "2", Strictness.EXACT)),
        ("assert_eq!(f(1), 2)", ("f(1)", "2", Strictness.EXACT)),
        ("require.Equal(t, 2, f(1))", ("f(1)", "2", Strictness.EXACT)),
        ("if got != want {", ("got", "want", Strictness.EXACT)),
        ("assertNull(x)", ("x", "None", Strictness.EXACT)),
        ("expect(x).toBeCloseTo(0.3, 5)", ("x", "0.3", Strictness.NEAR)),
        ("assert abs(a - b) < 0.1", ("a", "b", Strictness.NEAR)),
        ("assert x == pytest.approx(3)", ("x", "3", Strictness.NEAR)),
        ("assertIn('a', x)", ("x", '"a"', Strictness.PART)),
        ("assert 'a' in x", ("x", '"a"', Strictness.PART)),
        ("assert x > 3", ("x", "3", Strictness.BOUND)),
        ("assert x", ("x", "True", Strictness.SOME)),
        ("assert not x", ("x", "False", Strictness.SOME)),
        ("expect(x).not.toBeNull()", ("x", "None", Strictness.SOME)),
    ],
)
def test_assertions_are_read_in_many_languages(text, expected):
    """What is looked at, what must be there, how firmly."""
    assertion = read_assertion(text)

    assert expected == (assertion.actual, assertion.expected, assertion.strictness)


@given(st.text(alphabet="stare(x)=1 .,'\"[]!<>&|orn\n", max_size=60))
def test_any_text_may_be_an_assertion(text):
    """Nothing crashes, and nothing is lost: equal texts claim the same."""
    assert read_assertion(text) == read_assertion(text)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("assert x > 3", ">"),
        ("assert 3 > x", "<"),
        ("assert not x < 3", ">="),
        ("assert not x >= 3", "<"),
        ("assert x != 3", "!="),
        ("assert x is not y", "!="),
        ("assert x in y", "in"),
        ("assert not x in y", "not in"),
        ("assert x not in y", "not in"),
        ("assertNotEqual(x, 3)", "!="),
        ("assertGreater(x, 3)", ">"),
        ("assertGreaterEqual(x, 3)", ">"),
        ("assertLess(x, 3)", "<"),
        ("assertIsInstance(x, int)", ""),
        ("assert isinstance(x, int)", ""),
        ("expect(x).not.toBe(3)", "!="),
        ("expect(x).not.toContain(3)", "not"),
        ("expected = 3", ""),
    ],
)
def test_a_bound_is_read(text, bound):
    """The operator as it stands when what is looked at stands on its left."""
    assert bound == read_assertion(text).bound


@pytest.mark.parametrize(
    ("text", "tolerance"),
    [
        ("assertAlmostEqual(a, b, 3)", 1e-3),
        ("assertAlmostEqual(a, b, places=2)", 1e-2),
        ("assertAlmostEqual(a, b, delta=0.5)", 0.5),
        ("assertEquals(0.3, a, 0.001)", 0.001),
        ("assert abs(a - b) < 0.1", 0.1),
        ("assert abs(a) < 0.1", 0.1),
        ("assert (a - b).abs() < 0.1", 0.1),
        ("assert a == approx(3)", 1e-6),
        ("assert a == approx(3, rel=0.1, abs=0.2)", 0.2),
        ("assert np.allclose(a, b, 0.01)", 0.01),
        ("assert math.isclose(a, b, rel_tol=0.1)", 0.1),
        ("assertAlmostEqual(a, b, 2.5)", 2.5),
        ("np.testing.assert_allclose(a, b, 2)", 2),
        ("expect(a).toBeCloseTo(0.3)", 5e-3),
        ("expect(a).toBeCloseTo(0.3, 1)", 0.1),
    ],
)
def test_a_tolerance_is_read(text, tolerance):
    """As a number, whether it counts digits or not; without one, the framework's own."""
    assertion = read_assertion(text)

    assert Strictness.NEAR == assertion.strictness
    assert tolerance == pytest.approx(assertion.tolerance)


@pytest.mark.parametrize(
    ("text", "strictness"),
    [
        ("assert True", Strictness.NOTHING),
        ("assert 1 == 1", Strictness.NOTHING),
        ("assert x == x", Strictness.NOTHING),
        ("assert x == 1 or True", Strictness.NOTHING),
        ("assert True or x == 1", Strictness.NOTHING),
        ("assert x == 1 or 2 == 2", Strictness.NOTHING),
        ("assert x == 1 or 2 == 3", Strictness.PART),
        ("assert x == 1 or x == x", Strictness.PART),
        ("assert x == 1 or y == 2", Strictness.PART),
        ("assert x or y == 2", Strictness.SOME),
        ("assertFalse(x == 1)", Strictness.BOUND),
        ("assertTrue(x == 1)", Strictness.EXACT),
        ("assert not x != 1", Strictness.EXACT),
        ("assert not x is None", Strictness.SOME),
        ("expect(x).not.toBeCloseTo(1.5)", Strictness.NEAR),
        ("assert x.startswith('a')", Strictness.PART),
        ("assert(PATTERN.test(x))", Strictness.PART),
        ("assert check(x).done", Strictness.SOME),
        ("assert()", Strictness.SOME),
        ("m.assert_called()", Strictness.SOME),
        ("m.assert_called_with(1)", Strictness.EXACT),
        ("m.assert_called_with(mock.ANY)", Strictness.PART),
        ("raises(ValueError)", Strictness.PART),
        ("raises(Exception)", Strictness.SOME),
        ("raises()", Strictness.SOME),
        ("raises(Exception, match='no')", Strictness.EXACT),
        ('assertThrows(Error, "no")', Strictness.EXACT),
        ("expect { boom }.to raise_error(KeyError)", Strictness.PART),
        ("assertEqual(x)", Strictness.EXACT),
        ("weigh(x, y)", Strictness.SOME),
        ("expect(x).toBe(1).toBeDefined()", Strictness.EXACT),
        ("expect(x).toBe(1).(", Strictness.EXACT),
    ],
)
def test_how_strict_an_assertion_is(text, strictness):
    """From what holds whatever the code does, to equality."""
    assert strictness == read_assertion(text).strictness


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("m.assert_called_with(1)", ("m", "1")),
        ("assert x in (1, 2)", ("x", "(1, 2)")),
        ("assert ((x == 1))", ("x", "1")),
        ("assert [1, 2] == f(x)", ("f(x)", "[1, 2]")),
        ("assert_equal 1, x", ("x", "1")),
        ("assert_equal(a, b)", ("b", "a")),
        ("if got := add(1); got != 3 {", ("got", "3")),
        ("assert abs(a) < 0.1", ("a", "")),
        ("weigh(x, y)", ("weigh", "x, y")),
        ("assertTrue()", ("", "")),
    ],
)
def test_which_side_is_looked_at(text, sides):
    """In whichever order they stand."""
    assertion = read_assertion(text)

    assert sides == (assertion.actual, assertion.expected)


def test_a_case_of_a_table_names_what_comes_out():
    """By its key, wherever it stands; else it is the last."""
    keyed = read_row(["3", "1", "2"], ["want", "a", "b"], "{want: 3, a: 1, b: 2}", 1)
    plain = read_row(["1", "2", "3"], ["", "", ""], "(1, 2, 3)", 1)

    assert ("1, 2", "3") == (keyed.actual, keyed.expected)
    assert ("1, 2", "3") == (plain.actual, plain.expected)


@pytest.mark.parametrize(
    "text",
    [
        "assertAlmostEqual(a, b, 1e999)",
        "assertAlmostEqual(a, b, places=-999)",
        "expect(a).toBeCloseTo(0.1, -999)",
    ],
)
def test_a_boundless_tolerance_is_read(text):
    """It is no error of the gate."""
    assert Strictness.NEAR == read_assertion(text).strictness


@pytest.mark.parametrize(
    "text",
    [
        f"assert {'!' * 3000}x",
        f"assert {'!(' * 1000}x{')' * 1000}",
        f"assertThat(x, {'not(' * 1000}1{')' * 1000})",
        f"expect(x){'.to' * 3000}",
    ],
)
def test_what_turns_itself_around_a_thousand_times_is_read(text):
    """Without an end of the stack, whoever wrote it."""
    assert text == read_assertion(text).text
