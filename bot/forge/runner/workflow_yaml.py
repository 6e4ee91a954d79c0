"""Read a workflow file's YAML by the rules of YAML 1.2, with an error that names the line."""

from __future__ import annotations

import re

import yaml

from bot.forge.runner.expressions import format_value


def load_yaml(text: str) -> object:
    """Parse the text. Raises ValueError with the line of the mistake."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise ValueError(f"line {line}: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ValueError(f"line {line}: {error.reason}") from error
    except RecursionError:
        raise ValueError("line 1: nested too deeply") from None


def as_mapping(value: object, place: str) -> dict[str, object]:
    """Return the mapping at a place of the file, {} for nothing. Raises ValueError."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{place} must be a mapping")  # noqa: TRY004 - what the file says is a value
    return {format_value(key): inner for key, inner in value.items()}


def as_list(value: object, place: str) -> list[object]:
    """Return the list at a place of the file. Raises ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"{place} must be a list")  # noqa: TRY004 - as above
    return value


def as_words(value: object) -> list[str]:
    """Return a list of words, which may be written as one word or not at all."""
    if value is None:
        return []
    words = value if isinstance(value, list) else [value]
    return [format_value(word) for word in words]


_SCALARS = (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", "null|Null|NULL|~|", "nN~"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]*\.[0-9]+|[0-9]+\.)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
)


def _list_resolvers(start: str) -> list[tuple[str, re.Pattern[str]]]:
    """List what a scalar with this first character may be; the empty one may be null."""
    return [
        (f"tag:yaml.org,2002:{kind}", re.compile(rf"^(?:{rule})$"))
        for kind, rule, starts in _SCALARS
        if start in starts or (not start and kind == "null")
    ]


class _Loader(yaml.SafeLoader):
    """Reads plain scalars as Actions does: `on` and `yes` are words, 12:30 and 1_000 too."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the shape that PyYAML's class wants
        start: _list_resolvers(start) for start in ["", *"tTfFnN~-+.0123456789"]
    }
