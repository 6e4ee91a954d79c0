"""Read a repository's own configuration, `.github/greenlit.yml`; a mistake is told with its line.

Its JSON schema is published: `greenlit schema > deploy/greenlit.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Literal, Protocol

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from yaml import Node
from yaml.reader import ReaderError

from bot.ports import Refusal
from bot.values import RepoConfig

PATH = ".github/greenlit.yml"
LIMIT_BYTES = 64 * 1024
DEPTH = 8
VALUE_CHARS = 60

# git check-ref-format(1): what no branch name may hold.
BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[-/.]|/\.|\.lock/|^refs/")


def _ref_prefix(value: str) -> str:
    if BAD_IN_REF.search(value):
        raise ValueError("no branch name of git begins so")
    return value


Glob = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\\]+$")]
Globs = Annotated[tuple[Glob, ...], Field(strict=False, max_length=100)]
Gates = Annotated[
    tuple[Literal["lint", "style", "tests", "licence", "size", "packages"], ...],
    Field(strict=False, max_length=6),
]


class ConfigFile(BaseModel):
    """What a repository asks of the bot. An operator's own limits stand above it. Globs are as in
    .gitignore.
    """

    model_config = ConfigDict(
        title="Config", frozen=True, extra="forbid", strict=True, allow_inf_nan=False
    )

    label: str = Field(
        default="autogen",
        min_length=1,
        max_length=50,
        description="the label that starts a run (1 to 50 characters)",
    )
    branch_prefix: Annotated[str, AfterValidator(_ref_prefix)] = Field(
        default="greenlit/",
        min_length=1,
        max_length=100,
        description="how the bot's branches begin (a text that git allows there)",
    )
    attempts: int | None = Field(
        default=None,
        ge=1,
        le=10,
        description="how often a run may push (a whole number from 1 to 10)",
    )
    budget_usd: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description="US dollars that a run may cost (a number above 0, at most 10000)",
    )
    minutes: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="minutes that a run may work (a whole number from 1 to 10000)",
    )
    protected: Globs = Field(
        default=(),
        description="more paths that the bot may not change (a list of at most 100 globs)",
    )
    allow: Globs = Field(
        default=(),
        description="protected paths that the bot may change all the same "
        "(at most 100 globs, a folder as folder/**)",
    )
    block: Gates = Field(
        default=(),
        description="checks that keep a change back for all they find "
        "(a list of style, packages, ...)",
    )
    advise: Gates = Field(
        default=(),
        description="checks that only advise "
        "(a list of lint, style, tests, licence, size, packages; none of security)",
    )
    max_files: int = Field(
        default=60, ge=1, le=1_000, description="files that a change may touch (1 to 1000)"
    )
    max_lines: int = Field(
        default=4_000, ge=1, le=100_000, description="lines that a change may change (1 to 100000)"
    )
    when_red: Literal["draft", "nothing"] = Field(
        default="draft", description="what to open when CI stays red (draft or nothing)"
    )
    draft: bool = Field(
        default=False, description="whether pull requests open as drafts (true or false)"
    )
    instructions: str = Field(
        default="",
        max_length=10_000,
        description="what the bot shall heed (a text of at most 10000 characters)",
    )


def schema() -> str:
    """The JSON schema of the file, as deploy/greenlit.schema.json holds it."""
    return json.dumps(ConfigFile.model_json_schema(), indent=2, ensure_ascii=False) + "\n"


def read_config(text: str | None) -> RepoConfig:
    """The configuration; all defaults when there is no file. Raises Refusal with every mistake, its
    line and column.
    """
    if text is None:
        return RepoConfig()
    if len(text.encode(errors="replace")) > LIMIT_BYTES:
        raise _refusal([f"the file is larger than {LIMIT_BYTES // 1024} KB."])
    try:
        root = _composed(text)
        values = _value(root) if root else {}
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        raise _refusal([f"{_place(mark)}{wrong.problem}."]) from None
    except ReaderError as wrong:
        raise _refusal([_bad_character(text, wrong)]) from None
    if root is None or values is None:
        return RepoConfig()
    try:
        return RepoConfig(**ConfigFile.model_validate(values).model_dump())
    except ValidationError as wrong:
        found = sorted(_mistake(root, error) for error in wrong.errors())
        raise _refusal([text for _, text in found]) from None


def guess_label(text: str) -> str:
    """Find the label in a file that cannot be used: the value of the key that is nearest to it."""
    for line in text.splitlines():
        key, _, rest = line.partition(":")
        value = rest.partition(" #")[0].strip(" \t\"'")
        if value and get_close_matches(key.strip(" \t\"'"), ["label"]):
            return value
    return RepoConfig().label


class _Mark(Protocol):
    """PyYAML has two classes of this shape."""

    line: int
    column: int


def _refusal(mistakes: Sequence[str]) -> Refusal:
    told = "\n".join(f"- {PATH}, {mistake}" for mistake in mistakes)
    return Refusal(f"The configuration cannot be used:\n{told}")


def _place(mark: _Mark | None) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _bad_character(text: str, wrong: ReaderError) -> str:
    before = text[: wrong.position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    character = f"U+{ord(text[wrong.position]):04X}"
    return f"line {line}, column {column}: the character {character} is not allowed."


# --- YAML, as little of it as is needed
# ---------------------------------------------------------------------------


def _composed(text: str) -> Node | None:
    """The document's nodes, refused before they are built when they nest too deep or hold anchors,
    aliases or tags.

    Aliases can make a few lines larger than the memory; the rest has no use here.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
            event, yaml.CollectionEndEvent
        )
        if depth > DEPTH:
            raise _wrong("this is nested too deep", event)
        if isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            raise _wrong("anchors, aliases and tags are not allowed", event)
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _wrong(problem: str, where: Node | yaml.Event) -> Refusal:
    return _refusal([f"{_place(where.start_mark)}{problem}."])


def _value(node: Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_value(inner) for inner in node.value]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node)
    return _scalar(node)


def _mapping(node: yaml.MappingNode) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, inner in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong("a setting's name must be a word", key)
        if key.value in values:
            raise _wrong(f"{_short(key.value)} is given twice", key)
        values[key.value] = _value(inner)
    return values


def _scalar(node: Node) -> object:
    kind = node.tag.rpartition(":")[2]
    if kind not in ("int", "float", "bool", "null"):
        return node.value  # also what YAML takes for a date
    try:
        return yaml.safe_load(node.value) if kind != "null" else None
    except ValueError:
        raise _wrong(f"{_short(node.value)} is too long for a number", node) from None


# --- what is wrong, in words
# --------------------------------------------------------------------------------------


def _mistake(root: Node, error: ErrorDetails) -> tuple[int, str]:
    """Its line, to sort by, and its sentence."""
    place = error["loc"]
    key, value = _nodes(root, place)
    if not place:
        where, text = (
            root,
            f"this is no list of settings. Settings are {', '.join(ConfigFile.model_fields)}.",
        )
    elif error["type"] == "extra_forbidden":
        where, text = key, _unknown(str(place[0]))
    else:
        field = ConfigFile.model_fields[str(place[0])]
        given = (
            f"be {_short(value.value)}" if isinstance(value, yaml.ScalarNode) else "have this value"
        )
        where, text = value, f"`{place[0]}` cannot {given}. Expected: {field.description}."
    mark = where.start_mark
    return (mark.line if mark else 0), _place(mark) + text


def _unknown(name: str) -> str:
    near = get_close_matches(name, ConfigFile.model_fields, 1)
    guess = f" Did you mean `{near[0]}`?" if near else ""
    return (
        f"{_short(name)} is no setting.{guess} Settings are {', '.join(ConfigFile.model_fields)}."
    )


def _nodes(root: Node, place: Sequence[int | str]) -> tuple[Node, Node]:
    """The key and the value of a place; as far as the document goes."""
    key = node = root
    for part in place:
        if isinstance(node, yaml.MappingNode):
            key, node = next(pair for pair in node.value if pair[0].value == part)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            key = node = node.value[part]
    return key, node


def _short(value: str) -> str:
    """A stranger's text as code, so that no mention and no link in it lives."""
    plain = " ".join(value.replace("`", "'").split())
    return f"`{plain[:VALUE_CHARS]}{'…' if len(plain) > VALUE_CHARS else ''}`"
