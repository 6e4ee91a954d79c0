"""Parse as little of YAML as a configuration needs, and tell where a mistake stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import yaml
from yaml import Node
from yaml.reader import ReaderError

LIMIT_DEPTH = 8
SHOWN_CHARS = 60


class YamlMistake(Exception):
    """The text is no YAML that is taken here; the message begins with line and column."""


class Mark(Protocol):
    """A place in the text; PyYAML has two classes of this shape. Both count from 0."""

    line: int
    column: int


def parse_yaml(text: str) -> tuple[Node | None, object]:
    """Parse a document into its root node and its values. Raises YamlMistake.

    Anchors, aliases, tags, repeated keys and deep nesting are refused: aliases can make a few
    lines larger than the memory, and the rest has no use in a configuration.
    """
    try:
        _refuse_unused_features(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        return root, _read_value(root) if root else {}
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        raise YamlMistake(f"{render_mark(mark)}{wrong.problem}.") from None
    except ReaderError as wrong:
        raise YamlMistake(_explain_character(text, wrong)) from None


def find_nodes(root: Node, location: Sequence[int | str]) -> tuple[Node, Node]:
    """Find the key and the value at a location, as far as the document goes."""
    key = node = root
    for part in location:
        if isinstance(node, yaml.MappingNode):
            key, node = next(pair for pair in node.value if pair[0].value == part)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            key = node = node.value[part]
    return key, node


def render_mark(mark: Mark | None) -> str:
    """Render a place as people count, from 1; "" where it is unknown."""
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def quote_value(value: str) -> str:
    """Quote a stranger's text as code, so that no mention and no link in it lives."""
    plain = " ".join(value.replace("`", "'").split())
    if len(plain) > SHOWN_CHARS:
        plain = f"{plain[:SHOWN_CHARS]}…"
    return f"`{plain}`"


def _refuse_unused_features(text: str) -> None:
    """Refuse by the parser's events, before any node is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > LIMIT_DEPTH:
            raise _mistake_at(event, "this is nested too deep")
        if isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            raise _mistake_at(event, "anchors, aliases and tags are not allowed")


def _mistake_at(place: Node | yaml.Event, problem: str) -> YamlMistake:
    return YamlMistake(f"{render_mark(place.start_mark)}{problem}.")


def _explain_character(text: str, wrong: ReaderError) -> str:
    before = text[: wrong.position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    character = f"U+{ord(text[wrong.position]):04X}"
    return f"line {line}, column {column}: the character {character} is not allowed."


def _read_value(node: Node) -> object:
    if isinstance(node, yaml.SequenceNode):
        return [_read_value(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(node)
    return _read_scalar(node)


def _read_mapping(node: yaml.MappingNode) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _mistake_at(key, "a setting's name must be a word")
        if key.value in values:
            raise _mistake_at(key, f"{quote_value(key.value)} is given twice")
        values[key.value] = _read_value(value)
    return values


def _read_scalar(node: Node) -> object:
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind not in ("int", "float", "bool"):
        return node.value  # also what YAML takes for a date
    try:
        return yaml.safe_load(node.value)
    except ValueError:
        raise _mistake_at(node, f"{quote_value(node.value)} is too long for a number") from None
