"""Parse as little of YAML as a configuration needs, and tell where a mistake stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import yaml
from yaml import Node
from yaml.reader import ReaderError

SHOWN_CHARS = 60


@dataclass(frozen=True, slots=True)
class YamlLimits:
    """What is taken of a document: so deep, and so many values, those behind aliases included."""

    depth: int = 8
    values: int = 50_000
    aliases: bool = False
    loader: Any = yaml.SafeLoader  # whose words people read; CSafeLoader is ten times as fast


STRICT = YamlLimits()
# For what other tools read: only what could harm us is refused.
LENIENT = YamlLimits(depth=30, values=20_000, aliases=True, loader=yaml.CSafeLoader)


class YamlMistake(Exception):
    """The text is no YAML that is taken here; the message begins with line and column."""


class Mark(Protocol):
    """A place in the text; PyYAML has two classes of this shape. Both count from 0."""

    line: int
    column: int


def parse_yaml(text: str, limits: YamlLimits = STRICT) -> tuple[Node | None, object]:
    """Parse a document into its root node and its values. Raises YamlMistake.

    Tags, repeated keys and deep nesting are refused, and anchors unless the limits take aliases: a
    few lines of them can be larger than the memory. Merge keys (`<<`) are keys like others.
    """
    try:
        _refuse_unused_features(text, limits)
        root = yaml.compose(text, Loader=limits.loader)
        return root, _ValueReader(limits).read(root) if root else {}
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
            pairs = [pair for pair in node.value if pair[0].value == part]
            key, node = pairs[0] if pairs else (key, node)
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


def _refuse_unused_features(text: str, limits: YamlLimits) -> None:
    """Refuse by the parser's events, before any node is built."""
    depth = 0
    for event in yaml.parse(text, Loader=limits.loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > limits.depth:
            raise _mistake_at(event, "this is nested too deep")
        if not isinstance(event, yaml.NodeEvent):
            continue
        if getattr(event, "tag", None) or (event.anchor and not limits.aliases):
            raise _mistake_at(event, "anchors, aliases and tags are not allowed")


def _mistake_at(place: Node | yaml.Event, problem: str) -> YamlMistake:
    return YamlMistake(f"{render_mark(place.start_mark)}{problem}.")


def _explain_character(text: str, wrong: ReaderError) -> str:
    before = text[: wrong.position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    # The fast loader gives the character's number, and counts the position in bytes.
    number = wrong.character if isinstance(wrong.character, int) else ord(text[wrong.position])
    return f"line {line}, column {column}: the character U+{number:04X} is not allowed."


@dataclass(slots=True)
class _ValueReader:
    """Reads nodes into values, within the limits: an alias is read again wherever it stands."""

    limits: YamlLimits
    _depth: int = 0
    _values: int = 0

    def read(self, node: Node) -> object:
        """Read a node and all inside it."""
        self._values += 1
        if self._values > self.limits.values or self._depth > self.limits.depth:
            raise _mistake_at(node, "this is too large")
        if isinstance(node, yaml.ScalarNode):
            return _read_scalar(node)
        self._depth += 1
        value = self._read_collection(node)
        self._depth -= 1
        return value

    def _read_collection(self, node: Node) -> object:
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item) for item in node.value]
        values: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _mistake_at(key, "a setting's name must be a word")
            if key.value in values:
                raise _mistake_at(key, f"{quote_value(key.value)} is given twice")
            values[key.value] = self.read(value)
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
