"""Here lives the small language between `${{` and `}}`: contexts, comparisons, logic, a dozen
functions.

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
    """What an expression can see: `github`, `env`, `matrix` ... by name, and the functions that ask
    the job.
    """

    values: Mapping[str, object]
    functions: Mapping[str, Function] = field(default_factory=dict)


def fill(text: str, contexts: Contexts) -> str:
    """Replace each `${{ expression }}` in the text by its value. Raises ValueError."""
    return _HOLE.sub(lambda hole: text_of(evaluate(hole[1], contexts)), text)


def evaluate(expression: str, contexts: Contexts) -> object:
    """The value of one expression, without its braces. Raises ValueError, which names what is not
    understood.
    """
    reader = _ExpressionParser(_tokens(expression), contexts)
    try:
        value = reader.either()
    except RecursionError:
        raise ValueError("the expression is nested too deeply") from None
    if reader.peek():
        raise ValueError(f"unexpected '{reader.peek()}' in the expression '{expression.strip()}'")
    return value


def holds(condition: str, contexts: Contexts) -> bool:
    """Whether an `if:` is true; without a status function it also asks for success()."""
    bare = condition.strip()
    whole = _HOLE.fullmatch(bare)
    bare = whole[1] if whole else fill(bare, contexts) if "${{" in bare else bare
    if not re.search(r"\b(success|failure|always|cancelled)\s*\(", bare):
        bare = f"success() && ({bare or 'true'})"
    return truth(evaluate(bare, contexts))


def truth(value: object) -> bool:
    """GitHub's truth: false, 0, the empty text and null are false."""
    return value not in (False, 0, "", None)


def text_of(value: object) -> str:
    """A value as it appears in a log or an environment."""
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


_HOLE = re.compile(
    r"\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*|.*?)\}\}", re.DOTALL
)  # `}}` in quotes does not end it
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[()\[\].,!<>*]))"
)


def _tokens(expression: str) -> list[str]:
    found, at = [], 0
    end = len(expression.rstrip())
    while at < end:
        token = _TOKEN.match(expression, at)
        if not token:
            raise ValueError(
                f"cannot read the expression '{expression.strip()}' at '{expression[at:].strip()}'"
            )
        found.append(token[token.lastgroup or 0])
        at = token.end()
    return found


class _ExpressionParser:
    """A recursive descent over the tokens; every method reads one level of precedence."""

    def __init__(self, tokens: list[str], contexts: Contexts) -> None:
        self._tokens = tokens
        self._at = 0
        self._contexts = contexts

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f"expected '{wanted or 'a value'}', found '{token or 'the end'}'")
        self._at += 1
        return token

    def either(self) -> object:
        value = self.both()
        while self.peek() == "||":
            self.take()
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self) -> object:
        value = self.compared()
        while self.peek() == "&&":
            self.take()
            other = self.compared()
            value = other if truth(value) else value
        return value

    def compared(self) -> object:
        value = self.unary()
        while self.peek() in _COMPARE:
            value = _COMPARE[self.take()](value, self.unary())
        return value

    def unary(self) -> object:
        if self.peek() == "!":
            self.take()
            return not truth(self.unary())
        return self.path(self.single())

    def single(self) -> object:
        token = self.take()
        if token == "(":  # noqa: S105 - a bracket, not a password
            value = self.either()
            self.take(")")
            return value
        if token[0] == "'":
            return token[1:-1].replace("''", "'")
        if token[0].isdigit() or token[0] == "-":
            return float(token)
        if not (token[0].isalpha() or token[0] == "_"):
            raise ValueError(f"unexpected '{token}'")
        return self.call(token) if self.peek() == "(" else self.named(token)

    def named(self, name: str) -> object:
        words = {"true": True, "false": False, "null": None}
        if name in words:
            return words[name]
        if name.lower() not in self._contexts.values:
            raise ValueError(f"the context '{name}' is not known here")
        return self._contexts.values[name.lower()]

    def path(self, value: object) -> object:
        while self.peek() in {".", "["}:
            if self.take() == ".":
                value = _member(value, self.take())
            else:
                value = _member(value, self.either())
                self.take("]")
        return value

    def call(self, name: str) -> object:
        self.take("(")
        given: list[object] = []
        while self.peek() != ")":
            given.append(self.either())
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        function = self._contexts.functions.get(name.lower()) or _FUNCTIONS.get(name.lower())
        if not function:
            raise ValueError(f"the function '{name}' is not known here")
        try:
            return function(*given)
        except (TypeError, LookupError) as error:
            raise ValueError(f"'{name}' was called wrongly: {error}") from error


def _member(value: object, key: object) -> object:
    if isinstance(value, list):
        return value[int(key)] if isinstance(key, float) and 0 <= key < len(value) else None
    if not isinstance(value, Mapping):
        return None
    folded = {str(name).lower(): inner for name, inner in value.items()}
    return folded.get(text_of(key).lower())


def _number(value: object) -> float:
    try:
        return float(text_of(value) or 0) if not isinstance(value, bool) else float(value)
    except ValueError:
        return float("nan")


def _equal(left: object, right: object) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return left is right if isinstance(left, dict | list) else _number(left) == _number(right)


def _contains(where: object, what: object) -> bool:
    if isinstance(where, list):
        return any(_equal(item, what) for item in where)
    return text_of(what).lower() in text_of(where).lower()


def _format(pattern: object, *given: object) -> str:
    def one(mark: re.Match[str]) -> str:
        return mark[0][0] if mark[0] in {"{{", "}}"} else text_of(given[int(mark[1])])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", one, text_of(pattern))


def _join(values: object, by: object = ",") -> str:
    return text_of(by).join(
        text_of(value) for value in (values if isinstance(values, list) else [values])
    )


_COMPARE: Mapping[str, Callable[[object, object], bool]] = {
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": lambda left, right: _number(left) < _number(right),
    "<=": lambda left, right: _number(left) <= _number(right),
    ">": lambda left, right: _number(left) > _number(right),
    ">=": lambda left, right: _number(left) >= _number(right),
}
_FUNCTIONS: Mapping[str, Function] = {
    "contains": _contains,
    "startswith": lambda text, start: text_of(text).lower().startswith(text_of(start).lower()),
    "endswith": lambda text, end: text_of(text).lower().endswith(text_of(end).lower()),
    "format": _format,
    "join": _join,
    "tojson": lambda value: json.dumps(value, indent=2),
    "fromjson": lambda text: json.loads(text_of(text)),
}
