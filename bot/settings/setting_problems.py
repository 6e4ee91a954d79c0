"""Say in plain words what is wrong with settings, and which one a misspelt name may mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.text import mask_secrets
from bot.text.terminal_text import strip_control

PREFIX = "GREENLIT_"
VALUE_CHARS = 80
QUOTE = "'"
LIKENESS = 0.6

# pydantic's names of what can be wrong with a value.
LIMIT_ERRORS = ("greater_than", "greater_than_equal", "less_than_equal")
PLAIN_REASONS = {
    "int_parsing": "that is not a whole number",
    "int_parsing_size": "that is not a whole number",
    "int_type": "that is not a whole number",
    "int_from_float": "that is not a whole number",
    "float_parsing": "that is not a number",
    "float_type": "that is not a number",
    "finite_number": "that is not a number",
}

SettingState = Literal["missing", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """What is wrong with one setting, and a right value; `name` is empty where it is about none."""

    name: str
    state: SettingState
    reason: str
    example: str = ""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return f"{self.reason} For example: {self.example}" if self.example else self.reason


def make_name(field: str) -> str:
    """Make the name that an operator gives to a field."""
    return f"{PREFIX}{field.upper()}"


def is_secret(field: FieldInfo) -> bool:
    """Tell whether what is set must not be shown."""
    return SecretStr in (field.annotation, *get_args(field.annotation))


def explain_errors(
    kind: type[BaseModel], errors: ValidationError, sources: Mapping[str, str]
) -> Iterator[SettingProblem]:
    """Explain what pydantic refused, one problem for each setting.

    `sources` says of a setting's name where it is set.
    """
    fields = {name.lower(): name for name in kind.model_fields}
    explained: set[str] = set()
    for error in errors.errors(include_url=False):
        location = str(error["loc"][0]) if error["loc"] else ""
        name = fields.get(location.lower().removeprefix(PREFIX.lower()), "")
        if name in explained:
            continue
        explained.add(name)
        if name:
            yield _explain_error(make_name(name), kind.model_fields[name], error, sources)
        else:
            yield SettingProblem("", "wrong", f"{_explain_reason(error, None)}.")


def find_unknown_names(names: Iterable[str], known: Collection[str]) -> Iterator[SettingProblem]:
    """Find the names that look like settings and are none, each with the nearest that is one."""
    for name in sorted({name.upper() for name in names}):
        if not name.startswith(PREFIX) or name in known:
            continue
        short = [setting.removeprefix(PREFIX) for setting in known]
        nearest = get_close_matches(name.removeprefix(PREFIX), short, n=1, cutoff=LIKENESS)
        hint = f"Did you mean {PREFIX}{nearest[0]}?" if nearest else "README.md lists all settings."
        reason = f"{strip_control(name)} is set, but there is no such setting. {hint}"
        yield SettingProblem(name, "unknown", reason)


def _explain_error(
    name: str, field: FieldInfo, error: ErrorDetails, sources: Mapping[str, str]
) -> SettingProblem:
    example = f"{name}={field.examples[0]}" if field.examples else ""
    if error["type"] == "missing":
        return SettingProblem(
            name, "missing", f"{name} is not set. It is: {field.description}.", example
        )
    source = f" in {sources[name]}" if name in sources else ""
    shown = _render_value(field, error["input"])
    reason = f"{name} is set{shown}{source}, but {_explain_reason(error, field)}."
    return SettingProblem(name, "wrong", reason, example)


def _render_value(field: FieldInfo, value: object) -> str:
    """Show what was set, but for what may be a secret."""
    if is_secret(field) or not isinstance(value, str | int | float) or value == "":
        return ""
    text = strip_control(mask_secrets(str(value)).strip())
    if len(text) > VALUE_CHARS:
        text = f"{text[:VALUE_CHARS]}…"
    return f' to "{text}"'


def _explain_reason(error: ErrorDetails, field: FieldInfo | None) -> str:
    value = error.get("input")
    if isinstance(value, str) and not value.strip():
        return "it is empty"
    context: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"it must be {str(context['expected']).replace(QUOTE, '')}"
        case "string_too_short" | "too_short":
            return f"it must have at least {context['min_length']} characters"
        case kind if field and kind in LIMIT_ERRORS:
            return f"it must be {_describe_range(field)}"
        case kind:
            return PLAIN_REASONS.get(kind, "it cannot be read")


def _describe_range(field: FieldInfo) -> str:
    """Say between which numbers a value must be, from the limits that pydantic keeps of a field."""
    limits = {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("gt", "ge", "le")
        if hasattr(limit, name)
    }
    if "gt" in limits:
        return f"more than {limits['gt']}"
    if "le" in limits:
        return f"between {limits['ge']} and {limits['le']}"
    return f"at least {limits['ge']}"
