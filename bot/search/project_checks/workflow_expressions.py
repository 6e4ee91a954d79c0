"""Read the expressions of a workflow: the secrets that they name, and whether a job may run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

ALL_SECRETS = "all secrets"
OWN_TOKEN = "github_token"  # noqa: S105 - its name; each job is given that one anyway
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
SECRET = re.compile(r"(?<![\w.])secrets\b(?P<rest>[^&|,)=!<>]{0,80})", re.IGNORECASE)
NAMED = re.compile(r"\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*(?:'([^']+)'|\"([^\"]+)\")\s*\])")
COMPARED = re.compile(r"(?P<name>github\.\w+)\s*(?P<sign>==|!=)\s*'(?P<value>[^']*)'")
CALLED = re.compile(
    r"(?P<call>startsWith|endsWith|contains)\((?P<name>github\.\w+),\s*'(?P<value>[^']*)'\)"
)


def list_texts(value: object) -> Iterator[str]:
    """List all texts in a part of a workflow."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from list_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from list_texts(each)


def list_secrets(value: object) -> tuple[str, ...]:
    """List the secrets that the expressions in a part of a workflow name, but for GitHub's token.

    One that is named by an expression of its own may be any.
    """
    names: set[str] = set()
    for text in list_texts(value):
        for expression in EXPRESSION.findall(text):
            names.update(map(_read_name, SECRET.finditer(expression)))
    return tuple(sorted(name for name in names if name.lower() != OWN_TOKEN))


def _read_name(secret: re.Match[str]) -> str:
    named = NAMED.match(secret["rest"])
    return next(filter(None, named.groups()), ALL_SECRETS) if named else ALL_SECRETS


def may_hold(condition: object, github: Mapping[str, str]) -> bool:
    """Tell whether a condition may be true for an event with these values of `github`.

    In doubt it may: only comparisons with a text, joined by `&&`, are read.
    """
    if not isinstance(condition, str):
        return condition is not False
    text = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    if "||" in text:
        return True
    return all(_may_be_true(part.strip(), github) for part in text.split("&&"))


def _may_be_true(term: str, github: Mapping[str, str]) -> bool:
    if term == "false":
        return False
    if compared := COMPARED.fullmatch(term):
        actual = github.get(compared["name"])
        is_equal = actual is not None and actual.lower() == compared["value"].lower()
        return actual is None or is_equal == (compared["sign"] == "==")
    if called := CALLED.fullmatch(term):
        actual, value = github.get(called["name"]), called["value"].lower()
        return actual is None or _call(called["call"], actual.lower(), value)
    return True


def _call(function: str, actual: str, value: str) -> bool:
    match function:
        case "startsWith":
            return actual.startswith(value)
        case "endsWith":
            return actual.endswith(value)
    return value in actual
