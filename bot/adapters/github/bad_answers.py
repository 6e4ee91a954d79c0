"""Say in words at which request GitHub's answer is not what its documentation promises, and how."""

from __future__ import annotations

from types import MappingProxyType

from github import BadAttributeException
from pydantic import ValidationError

from bot.ports import BadAnswer

OTHER_KIND = "another kind of value was expected"
# How pydantic begins the name of an error, by what was expected.
EXPECTED = MappingProxyType(
    {
        "int": "a whole number",
        "float": "a number",
        "string": "a text",
        "bool": "true or false",
        "tuple": "a list",
        "list": "a list",
        "model": "an object",
        "dict": "an object",
        "mapping": "an object",
        "literal": "another word",
        "datetime": "a time",
    }
)
KINDS = MappingProxyType(
    {
        "NoneType": "null",
        "bool": "true or false",
        "int": "a number",
        "float": "a number",
        "str": "a text",
        "list": "a list",
        "dict": "an object",
        "datetime": "a time",
    }
)


def explain_bad_answer(request: str, error: Exception) -> BadAnswer:
    """Name the request, what was expected, and what came; nothing of the answer itself."""
    match error:
        case BadAttributeException():
            wanted = getattr(error.expected_type, "__name__", "")
            what = _compare(KINDS.get(wanted, "another kind of value"), error.actual_value)
        case ValidationError():
            what = _explain_first(error)
        case KeyError():
            what = f"it lacks `{error.args[0]}`"
        case BadAnswer():
            what = str(error)
        case _:
            what = OTHER_KIND
    return BadAnswer(f"GitHub's answer to `{request}` is not as documented: {what}", "GitHub")


def _explain_first(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"]))
    if first["type"] == "missing":
        return f"it lacks `{place}`"
    wanted = EXPECTED.get(first["type"].partition("_")[0], "another kind of value")
    words = _compare(wanted, first["input"])
    return f"in `{place}` {words}" if place else words


def _compare(wanted: str, value: object) -> str:
    came = KINDS.get(type(value).__name__, "another")
    return f"{wanted} was expected, and {came} came"
