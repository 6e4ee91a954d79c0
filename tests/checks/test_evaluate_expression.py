"""Expressions of GitHub Actions, as far as they are known before a run."""

from __future__ import annotations

import pytest

from bot.checks.evaluate_expression import UNKNOWN, evaluate, evaluate_all, fill_expressions, holds

CONTEXTS = {
    "matrix": {"python": "3.11", "extra": None, "flags": ["a", "B"], "deep": {"er": 3}},
    "github": {"event_name": "pull_request", "*": UNKNOWN},
    "inputs": {"fast": True, "count": 2},
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("matrix.python", "3.11"),
        ("matrix['python']", "3.11"),
        ("matrix.deep.er", 3),
        ("matrix.missing", None),
        ("matrix.missing.more", None),
        ("'it''s'", "it's"),
        ("matrix.extra || format('py{0}', matrix.python)", "py3.11"),
        ("inputs.fast && 'quick' || 'slow'", "quick"),
        ("!inputs.fast", False),
        ("!!inputs.fast", True),
        ("(inputs.count > 1) == true", True),
        ("inputs.count <= 1", False),
        ("'a' < 'b'", False),
        ("contains(matrix.flags, 'b')", True),
        ("contains(matrix.python, '3.1')", True),
        ("startsWith(matrix.python, '3') && endsWith(matrix.python, '1')", True),
        ("github.event_name != 'push'", True),
        ("fromJSON('[1, 2]')", [1, 2]),
        ("success() && !failure()", True),
        ("cancelled()", False),
        ("secrets.TOKEN && false", False),
    ],
)
def test_what_is_known_is_evaluated(expression, value):
    """As GitHub does it: names, operators and functions."""
    assert value == evaluate(expression, CONTEXTS)


@pytest.mark.parametrize(
    "expression",
    [
        "github.sha",
        "secrets.TOKEN",
        "!secrets.TOKEN",
        "secrets.TOKEN == 'a'",
        "secrets.TOKEN && true",
        "secrets.TOKEN || 'a'",
        "format('{0}', github.sha)",
        "hashFiles('**/*.lock')",
        "toJSON(matrix)",
        "fromJSON('{')",
        "matrix.flags[0]",
        "matrix[github.sha]",
        "",
        "a b",
        "(1",
        "1 +",
        "f(1, 2",
        "]",
        "(" * 30 + "1",
        "x" * 3_000,
    ],
)
def test_what_is_not_known_is_unknown(expression):
    """What only a run tells, and what is no expression."""
    assert evaluate(expression, CONTEXTS) is UNKNOWN


def test_expressions_are_filled_into_texts():
    """A text with one that is not known is not known; nothing is written for what is not there."""
    text = "tox -e py${{ matrix.python }} ${{matrix.extra}}${{ inputs.fast }} ${{ inputs.count }}"

    assert "tox -e py3.11 true 2" == fill_expressions(text, CONTEXTS)
    assert fill_expressions("a ${{ github.sha }}", CONTEXTS) is None
    assert fill_expressions("${{ matrix.flags }}", CONTEXTS) is None


def test_values_are_evaluated_with_all_inside_them():
    """A matrix may be an expression, or hold some."""
    value = {"a": ["${{ inputs.count }}", "v${{ inputs.count }}"], "b": "${{ github.sha }}"}

    assert {"a": [2, "v2"], "b": UNKNOWN} == evaluate_all(value, CONTEXTS)


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        (None, True),
        (False, False),
        ("github.event_name == 'push'", False),
        ("${{ github.event_name == 'push' }}", False),
        ("github.repository == 'a/b'", True),
        ("failure()", False),
        ("always() && inputs.fast", True),
        ("${{ inputs.fast }} && ${{ github.sha }}", True),
    ],
)
def test_conditions_hold_unless_they_are_known_not_to(condition, is_met):
    """A step that may run is one to run."""
    assert is_met == holds(condition, CONTEXTS)
