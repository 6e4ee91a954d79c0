"""Render the chart as Helm does, as far as its templates go: those of Go with some functions.

What a template asks for and this does not know, or the values do not have, is an error.
"""

from __future__ import annotations

import hashlib
import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ACTION = re.compile(r"(?P<left>\s*)\{\{(?P<trim>-?)\s*(?P<words>.*?)\s*(?P<after>-?)\}\}")
WORD = re.compile(r'"[^"]*"|\||[^\s|]+')
CHART = Path(__file__).parents[2] / "deploy/helm"
RELEASE = {"Name": "acme"}


@dataclass
class Block:
    """A piece of a template: what opens it, and what stands in it and in its `else`."""

    words: list[str]
    inside: list[Any] = field(default_factory=list)
    otherwise: list[Any] | None = None


def render_chart(values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Render all objects of the chart, with these values over its own."""
    own = yaml.safe_load((CHART / "values.yaml").read_text())
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    context = {
        "Values": merge(own, values or {}),
        "Release": RELEASE,
        "Chart": {key[:1].upper() + key[1:]: value for key, value in chart.items()},
    }
    renderer = Renderer((CHART / "templates/_helpers.tpl").read_text())
    texts = [
        renderer.render(path.read_text(), context)
        for path in sorted((CHART / "templates").glob("*.yaml"))
    ]
    return [item for text in texts for item in yaml.safe_load_all(text) if item]


def merge(own: Any, given: Any) -> Any:
    """Lay values over others, as Helm does."""
    if not (isinstance(own, dict) and isinstance(given, dict)):
        return given
    return {**own, **{name: merge(own.get(name), value) for name, value in given.items()}}


class Renderer:
    """Templates, and the named ones that they include."""

    def __init__(self, helpers: str) -> None:
        self._named = {
            json.loads(block.words[1]): block.inside
            for block in parse(helpers)
            if isinstance(block, Block)
        }

    def render(self, text: str, context: Mapping[str, Any]) -> str:
        """Render one template."""
        return self._render(parse(text), context, context, {})

    def _render(self, pieces: list[Any], root: Any, dot: Any, names: Mapping[str, Any]) -> str:
        return "".join(self._render_piece(piece, root, dot, names) for piece in pieces)

    def _render_piece(self, piece: Any, root: Any, dot: Any, names: Mapping[str, Any]) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, list):
            return str(self._evaluate(piece, root, dot, names))
        kind, *words = piece.words
        if kind == "range":
            key, value, _, *rest = [word.strip(",") for word in words]
            entries = self._evaluate(rest, root, dot, names).items()
            return "".join(
                self._render(piece.inside, root, dot, {**names, key: name, value: entry})
                for name, entry in entries
            )
        asked = self._evaluate(words, root, dot, names)
        if not asked:
            return self._render(piece.otherwise or [], root, dot, names)
        return self._render(piece.inside, root, asked if kind == "with" else dot, names)

    def _evaluate(self, words: list[str], root: Any, dot: Any, names: Mapping[str, Any]) -> Any:
        value: list[Any] = []
        for part in split_pipe(words):
            name, *arguments = part
            read = [read_word(word, root, dot, names) for word in arguments] + value
            value = [self._call(name, read, root, dot, names)]
        return value[0]

    def _call(self, name: str, read: list[Any], root: Any, dot: Any, names: Any) -> Any:
        if name == "include":
            return self._render(self._named[read[0]], root, read[1], {}).strip("\n")
        if name in FUNCTIONS:
            return FUNCTIONS[name](*read)
        assert not read, f"no function of this name is known: {name}"
        return read_word(name, root, dot, names)


def indent(width: int, text: str) -> str:
    """Put a text on lines of its own."""
    return "\n" + "\n".join(" " * width + line for line in text.split("\n"))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toYaml": lambda value: yaml.safe_dump(value).strip("\n"),
    "nindent": indent,
    "quote": lambda value: json.dumps(str(value)),
    "sha256sum": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "default": lambda fallback, value: value or fallback,
    "eq": operator.eq,
    "not": operator.not_,
}


def read_word(word: str, root: Any, dot: Any, names: Mapping[str, Any]) -> Any:
    """Read a text, a number, a variable, or a path of values that must be there."""
    if word[0] in '"0123456789':
        return json.loads(word)
    if word.startswith("$"):
        return names[word]
    assert word.startswith("."), word
    value = dot
    for name in word[1:].split("."):
        value = value[name] if name else value
    return value


def split_pipe(words: list[str]) -> Iterator[list[str]]:
    """Split `a | b c` into its calls."""
    part: list[str] = []
    for word in [*words, "|"]:
        if word != "|":
            part.append(word)
        else:
            yield part
            part = []


def parse(text: str) -> list[Any]:
    """Parse a template into texts, expressions and blocks."""
    opened, pieces, position = [Block([])], [], 0
    pieces = opened[0].inside
    for action in ACTION.finditer(text):
        pieces.append(text[position : action.start()])
        pieces.append("" if action["trim"] else action["left"])
        assert not action["after"] or action["words"].startswith("define"), action[0]
        position = action.end()
        words = WORD.findall(action["words"])
        if words[0] in ("if", "with", "range", "define"):
            opened.append(Block(words))
            pieces.append(opened[-1])
            pieces = opened[-1].inside
        elif words[0] == "else":
            pieces = opened[-1].otherwise = []
        elif words[0] == "end":
            opened.pop()
            last = opened[-1]
            pieces = last.inside if last.otherwise is None else last.otherwise
        else:
            pieces.append(words)
    assert 1 == len(opened), "a block is not closed"
    pieces.append(text[position:])
    return pieces
