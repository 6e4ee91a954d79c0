"""Long lines of code, shown in part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.code_line import shorten_code_line


@pytest.mark.parametrize(
    ("line", "limit", "focus", "shown"),
    [
        ("short", 10, 0, "short"),
        ("def render(first, second, third):", 24, 0, "def render(first ..."),
        ("def render(first_argument, second)", 24, 0, "def render( ..."),
        ("alpha beta gamma delta epsilon zeta", 24, 25, "... epsilon zeta"),
    ],
)
def test_a_line_is_cut_between_words(line, limit, focus, shown):
    """Around the place that matters."""
    assert shown == shorten_code_line(line, limit, focus)


@given(st.text(max_size=300), st.integers(20, 200), st.integers(0, 300))
def test_a_shortened_line_is_no_longer_than_its_limit(line, limit, focus):
    """Whatever stands in it."""
    assert len(shorten_code_line(line, limit, min(focus, len(line)))) <= max(limit, 0)
