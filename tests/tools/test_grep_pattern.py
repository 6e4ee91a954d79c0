r"""A pattern with `\d` and its like becomes one that git's grep takes; others stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tools.grep_pattern import translate_pattern


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\d\D\t", "[0-9][^0-9]\t"),
        (r"\\d", r"\\d"),
        (r"\.\(\[", r"\.\(\["),
        (r"(?:a|b)(c)", "(a|b)(c)"),
        (r"[\w.-]+@[\d]", "[[:alnum:]_.-]+@[0-9]"),
        (r"[^\]\-\\]", "[^]\\-]"),
        (r"[]\d]", "[]0-9]"),
        (r"[[:alpha:]\d]x\d", "[[:alpha:]0-9]x[0-9]"),
        (r"[\d", r"[\d"),
        ("[", "["),
        ("\\", "\\"),
    ],
)
def test_what_posix_lacks_is_translated(pattern, expected):
    """Outside of brackets, and in them, where a backslash would be a sign."""
    assert expected == translate_pattern(pattern)


@given(st.text("ab.*+?[]()^$|{}1,:-", max_size=30).filter(lambda text: "(?:" not in text))
def test_a_pattern_of_posix_stays_as_it_is(pattern):
    """Whatever stands in it, whole or not."""
    assert pattern == translate_pattern(pattern)


@given(st.text(r"ab\[]()^-dw:?", max_size=40))
def test_any_text_can_be_translated(pattern):
    """Whether it works is for git to say."""
    assert len(translate_pattern(pattern)) <= 12 * len(pattern)
