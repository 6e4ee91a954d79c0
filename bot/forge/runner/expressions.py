"""Evaluate the expressions between `${{` and `}}`: contexts, comparisons, logic, functions.

Grammar and coercions as in GitHub's "Evaluate expressions in workflows and actions".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Function = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Contexts:
    """The `github`, `env`, `matrix` ... of an expression, and the functions that ask the job."""

    values: Mapping[str, object]
    functions: Mapping[str, Function] = field(default_factory=dict)


def fill_expressions(text: str, contexts: Contexts) -> str:
    """Replace each `${{ expression }}` in the text by its value. Raises ValueError."""
    return _EXPRESSION.sub(lambda match: format_value(evaluate(match[1], contexts)), text)


def evaluate(expression: str, contexts: Contexts) -> object:
    """Compute one expression, without its braces.

    Raises ValueError, which names what is not understood.
    """
    parser = _ExpressionParser(_tokenize(expression), contexts)
    try:
        value = parser.parse_or()
    except RecursionError:
        raise ValueError("the expression is nested too deeply") from None
    if parser.peek():
        raise ValueError(f"unexpected '{parser.peek()}' in the expression '{expression.strip()}'")
    return value


def is_condition_met(condition: str, contexts: Contexts) -> bool:
    """Tell whether an `if:` is true; without a status function it also asks for success()."""
    text = condition.strip()
    if whole := _EXPRESSION.fullmatch(text):
        text = whole[1]
    elif "${{" in text:
        text = fill_expressions(text, contexts)
    if not re.search(r"\b(success|failure|always|cancelled)\s*\(", text):
        text = f"success() && ({text or 'true'})"
    return is_truthy(evaluate(text, contexts))


def is_truthy(value: object) -> bool:
    """Tell GitHub's truth: false, 0, the empty text and null are false."""
    return value not in (False, 0, "", None)


def format_value(value: object) -> str:
    """Write a value as it appears in a log or an environment."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case dict() | list():
            return json.dumps(value, indent=2)
    return str(value)


# `}}` in quotes does not end an expression.
_EXPRESSION = re.compile(r"\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*|.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[()\[\].,!<>*]))"
)


def _tokenize(expression: str) -> list[str]:
    tokens = []
    position, end = 0, len(expression.rstrip())
    while position < end:
        match = _TOKEN.match(expression, position)
        if not match:
            rest = expression[position:].strip()
            raise ValueError(f"cannot read the expression '{expression.strip()}' at '{rest}'")
        tokens.append(match[match.lastgroup or 0])
        position = match.end()
    return tokens


class _ExpressionParser:
    """A recursive descent over the tokens; every method reads one level of precedence."""

    def __init__(self, tokens: list[str], contexts: Contexts) -> None:
        self._tokens = tokens
        self._position = 0
        self._contexts = contexts

    def peek(self) -> str:
        """Return the next token; "" at the end."""
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def take(self, wanted: str = "") -> str:
        """Return the next token, which must be the wanted one, and go on."""
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f"expected '{wanted or 'a value'}', found '{token or 'the end'}'")
        self._position += 1
        return token

    def parse_or(self) -> object:
        """Read operands of `||`."""
        value = self.parse_and()
        while self.peek() == "||":
            self.take()
            right = self.parse_and()
            value = value if is_truthy(value) else right
        return value

    def parse_and(self) -> object:
        """Read operands of `&&`."""
        value = self.parse_comparison()
        while self.peek() == "&&":
            self.take()
            right = self.parse_comparison()
            value = right if is_truthy(value) else value
        return value

    def parse_comparison(self) -> object:
        """Read operands of comparisons."""
        value = self.parse_not()
        while self.peek() in _COMPARISONS:
            value = _COMPARISONS[self.take()](value, self.parse_not())
        return value

    def parse_not(self) -> object:
        """Read an operand behind any number of `!`."""
        if self.peek() == "!":
            self.take()
            return not is_truthy(self.parse_not())
        return self.parse_path(self.parse_primary())

    def parse_primary(self) -> object:
        """Read a literal, a name, a call or brackets."""
        token = self.take()
        if token == "(":  # noqa: S105 - a bracket, not a password
            value = self.parse_or()
            self.take(")")
            return value
        if token[0] == "'":
            return token[1:-1].replace("''", "'")
        if token[0].isdigit() or token[0] == "-":
            return float(token)
        if not (token[0].isalpha() or token[0] == "_"):
            raise ValueError(f"unexpected '{token}'")
        return self.parse_call(token) if self.peek() == "(" else self.look_up(token)

    def look_up(self, name: str) -> object:
        """Return a literal word or a context."""
        literals = {"true": True, "false": False, "null": None}
        if name in literals:
            return literals[name]
        if name.lower() not in self._contexts.values:
            raise ValueError(f"the context '{name}' is not known here")
        return self._contexts.values[name.lower()]

    def parse_path(self, value: object) -> object:
        """Read the members behind a value."""
        while self.peek() in {".", "["}:
            if self.take() == ".":
                value = _get_member(value, self.take())
            else:
                value = _get_member(value, self.parse_or())
                self.take("]")
        return value

    def parse_call(self, name: str) -> object:
        """Read a call's arguments and do the call."""
        arguments = self.parse_arguments()
        function = self._contexts.functions.get(name.lower()) or _FUNCTIONS.get(name.lower())
        if not function:
            raise ValueError(f"the function '{name}' is not known here")
        try:
            return function(*arguments)
        except (TypeError, LookupError) as error:
            raise ValueError(f"'{name}' was called wrongly: {error}") from error

    def parse_arguments(self) -> list[object]:
        """Read the arguments in brackets."""
        arguments: list[object] = []
        self.take("(")
        while self.peek() != ")":
            arguments.append(self.parse_or())
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        return arguments


def _get_member(value: object, key: object) -> object:
    if isinstance(value, list):
        return value[int(key)] if isinstance(key, float) and 0 <= key < len(value) else None
    if not isinstance(value, Mapping):
        return None
    folded = {str(name).lower(): member for name, member in value.items()}
    return folded.get(format_value(key).lower())


def _to_number(value: object) -> float:
    if isinstance(value, bool):
        return float(value)
    try:
        return float(format_value(value) or 0)
    except ValueError:
        return float("nan")


def _is_equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if isinstance(left, dict | list):
        return left is right
    return _to_number(left) == _to_number(right)


def _contains(container: object, item: object) -> bool:
    if isinstance(container, list):
        return any(_is_equal(member, item) for member in container)
    return format_value(item).lower() in format_value(container).lower()


def _format(pattern: object, *arguments: object) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[0] in {"{{", "}}"}:
            return match[0][0]
        return format_value(arguments[int(match[1])])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", replace, format_value(pattern))


def _join(values: object, separator: object = ",") -> str:
    members = values if isinstance(values, list) else [values]
    return format_value(separator).join(map(format_value, members))


_COMPARISONS: Mapping[str, Function] = {
    "==": _is_equal,
    "!=": lambda left, right: not _is_equal(left, right),
    "<": lambda left, right: _to_number(left) < _to_number(right),
    "<=": lambda left, right: _to_number(left) <= _to_number(right),
    ">": lambda left, right: _to_number(left) > _to_number(right),
    ">=": lambda left, right: _to_number(left) >= _to_number(right),
}
_FUNCTIONS: Mapping[str, Function] = {
    "contains": _contains,
    "startswith": lambda text, start: (
        format_value(text).lower().startswith(format_value(start).lower())
    ),
    "endswith": lambda text, end: format_value(text).lower().endswith(format_value(end).lower()),
    "format": _format,
    "join": _join,
    "tojson": lambda value: json.dumps(value, indent=2),
    "fromjson": lambda text: json.loads(format_value(text)),
}
