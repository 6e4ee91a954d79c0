"""Evaluate the expressions of GitHub Actions, as far as their values are known before a run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final


class Unresolved(Enum):
    """The value of what only GitHub knows."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unresolved.UNKNOWN
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
SECRET = re.compile(r"\$\{\{[^}]*\bsecrets\b")
LIMIT_CHARS = 2_000
LIMIT_DEPTH = 20
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[().,!<>*]|\[|\]))"
)
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        "<": lambda left, right: left < right,
        ">": lambda left, right: left > right,
        "<=": lambda left, right: left <= right,
        ">=": lambda left, right: left >= right,
    }
)
WORDS: Mapping[str, object] = MappingProxyType({"true": True, "false": False, "null": None})


class _NoExpressionError(Exception):
    """The text is no expression that is read here."""


def evaluate(expression: str, contexts: Mapping[str, object]) -> object:
    """Evaluate an expression, without `${{ }}` around it; UNKNOWN where it cannot be told."""
    try:
        if len(expression) > LIMIT_CHARS:
            return UNKNOWN
        return _Evaluator(list(_split_tokens(expression)), contexts).evaluate()
    except _NoExpressionError:
        return UNKNOWN


def fill_expressions(text: str, contexts: Mapping[str, object]) -> str | None:
    """Put the values of all expressions into a text; None when one is not known."""
    parts = EXPRESSION.split(text)
    for index in range(1, len(parts), 2):
        value = evaluate(parts[index], contexts)
        if value is UNKNOWN or isinstance(value, (dict, list)):
            return None
        parts[index] = render_value(value)
    return "".join(parts)


def evaluate_all(value: object, contexts: Mapping[str, object]) -> object:
    """Evaluate the expressions in a value and in all inside it; UNKNOWN where one is not known."""
    if isinstance(value, str):
        match = EXPRESSION.fullmatch(value.strip())
        if match:
            return evaluate(match[1], contexts)
        filled = fill_expressions(value, contexts)
        return UNKNOWN if filled is None else filled
    if isinstance(value, list):
        return [evaluate_all(item, contexts) for item in value]
    if isinstance(value, dict):
        return {key: evaluate_all(item, contexts) for key, item in value.items()}
    return value


def holds(condition: object, contexts: Mapping[str, object]) -> bool:
    """Tell whether an `if:` holds for a pull request whose steps pass; so does what is unknown."""
    if condition is None or isinstance(condition, bool):
        return condition is not False
    text = str(condition).strip()
    if match := EXPRESSION.fullmatch(text):
        text = match[1]
    elif "${{" in text:
        filled = fill_expressions(text, contexts)
        return filled is None or bool(filled)
    value = evaluate(text, contexts)
    return value is UNKNOWN or _is_true(value)


def render_value(value: object) -> str:
    """Render a value as GitHub writes it into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _split_tokens(expression: str) -> Iterator[tuple[str, str]]:
    position, end = 0, len(expression.rstrip())
    while position < end:
        match = TOKEN.match(expression, position)
        if not match:
            raise _NoExpressionError
        yield match.lastgroup or "", match[match.lastgroup or 0]
        position = match.end()


@dataclass(slots=True)
class _Evaluator:
    """Evaluates tokens from left to right, as deep as operators and parentheses nest."""

    tokens: list[tuple[str, str]]
    contexts: Mapping[str, object]
    position: int = 0
    depth: int = 0

    def evaluate(self) -> object:
        value = self._read_or()
        if self.position != len(self.tokens):
            raise _NoExpressionError
        return value

    def _peek(self) -> str:
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def _take(self, *signs: str) -> str:
        """Take the next token when it is one of these signs."""
        sign = self._peek()
        if sign not in signs:
            return ""
        self.position += 1
        return sign

    def _require(self, sign: str) -> None:
        if not self._take(sign):
            raise _NoExpressionError

    def _read_or(self) -> object:
        self.depth += 1
        if self.depth > LIMIT_DEPTH:
            raise _NoExpressionError
        value = self._read_and()
        while self._take("||"):
            right = self._read_and()
            value = value if value is UNKNOWN or _is_true(value) else right
        self.depth -= 1
        return value

    def _read_and(self) -> object:
        value = self._read_comparison()
        while self._take("&&"):
            right = self._read_comparison()
            value = _join_both(value, right)
        return value

    def _read_comparison(self) -> object:
        value = self._read_not()
        while sign := self._take("==", "!=", *COMPARISONS):
            value = _compare(value, sign, self._read_not())
        return value

    def _read_not(self) -> object:
        negations = 0
        while self._take("!"):
            negations += 1
        value = self._read_access()
        if not negations or value is UNKNOWN:
            return value
        return _is_true(value) != bool(negations % 2)

    def _read_access(self) -> object:
        value = self._read_operand()
        while sign := self._take(".", "["):
            if sign == ".":
                key: object = self._peek()
                self.position += 1
            else:
                key = self._read_or()
                self._require("]")
            value = _look_up(value, key)
        return value

    def _read_operand(self) -> object:
        if self.position >= len(self.tokens):
            raise _NoExpressionError
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return float(text)
        if text == "(":
            value = self._read_or()
            self._require(")")
            return value
        if kind != "name":
            raise _NoExpressionError
        if self._take("("):
            return _call(text.lower(), self._read_arguments())
        if text in WORDS:
            return WORDS[text]
        return self.contexts.get(text, UNKNOWN)

    def _read_arguments(self) -> list[object]:
        arguments: list[object] = []
        if self._take(")"):
            return arguments
        arguments.append(self._read_or())
        while self._take(","):
            arguments.append(self._read_or())
        self._require(")")
        return arguments


def _join_both(left: object, right: object) -> object:
    """Join by `&&`: one that is false decides, whatever the other is."""
    if left is not UNKNOWN:
        return right if _is_true(left) else left
    is_false = right is not UNKNOWN and not _is_true(right)
    return right if is_false else UNKNOWN


def _look_up(value: object, key: object) -> object:
    if value is UNKNOWN or key is UNKNOWN:
        return UNKNOWN
    if isinstance(value, list):
        return UNKNOWN
    if isinstance(value, Mapping):
        return value.get(render_value(key), value.get("*"))
    return None


def _is_true(value: object) -> bool:
    return value not in (None, False, 0, "")


def _compare(left: object, sign: str, right: object) -> object:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if sign in ("==", "!="):
        is_equal = _fold(left) == _fold(right)
        return is_equal == (sign == "==")
    try:
        return COMPARISONS[sign](float(render_value(left)), float(render_value(right)))
    except ValueError:
        return False


def _fold(value: object) -> str:
    """Make values comparable as GitHub compares them: texts without regard to case."""
    return render_value(value).casefold()


def _call(name: str, arguments: list[object]) -> object:
    """Call a function; UNKNOWN for one that is not known here, or is given what is not known."""
    match name, arguments:
        case (("success" | "always"), []):
            return True
        case (("failure" | "cancelled"), []):
            return False
        case "format", [str() as text, *values] if UNKNOWN not in values:
            return _format(text, values)
        case "fromjson", [str() as text]:
            return _read_json(text)
        case _, [whole, part] if UNKNOWN not in arguments:
            return _call_comparison(name, whole, part)
    return UNKNOWN


def _call_comparison(name: str, whole: object, part: object) -> object:
    match name:
        case "contains":
            items = list(map(_fold, whole)) if isinstance(whole, list) else _fold(whole)
            return _fold(part) in items
        case "startswith":
            return _fold(whole).startswith(_fold(part))
        case "endswith":
            return _fold(whole).endswith(_fold(part))
    return UNKNOWN


def _format(text: str, values: list[object]) -> str:
    for index, value in enumerate(values):
        text = text.replace(f"{{{index}}}", render_value(value))
    return text


def _read_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNKNOWN
