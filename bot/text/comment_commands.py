"""Find the commands in a comment: visible lines such as `/generate with tests`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text.html_visibility import VOID, Tag, split_html
from bot.text.invisible_chars import strip_invisible

_COMMAND = re.compile(r"/([A-Za-z][\w-]*)[.:,!]?(?:\s+(.*))?$")
_PLAIN_CONTEXTS = (["p"], ["h1"], ["h2"])


def parse_commands(markdown: str) -> tuple[tuple[str, str], ...]:
    """Return the lines that begin with `/word`: the word in lower case, and what follows it.

    Only lines of plain paragraphs count: not code, quotes, lists, tables, nor anything in raw HTML.
    """
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    # No text can hold its own digest, so nobody but us can write this tag.
    marker = f"line-{hashlib.sha256(markdown.encode(errors='replace')).hexdigest()}"
    lines: list[str] = []
    for token in tokens:
        if token.type == "inline" and token.level == 1:
            token.children = _mark_lines(token.children or [], marker, lines)
    if not any("/" in line for line in lines):
        return ()
    html = parser.renderer.render(tokens, parser.options, {})
    plain = _find_plain_markers(html, marker)
    commands = []
    for number, line in enumerate(lines):
        command = _COMMAND.match(strip_invisible(line).strip())
        if command and str(number) in plain:
            commands.append((command[1].lower(), (command[2] or "").strip()))
    return tuple(commands)


def _mark_lines(children: Sequence[Token], marker: str, lines: list[str]) -> list[Token]:
    """Return the tokens with a marker before each line.

    Adds to `lines` what a reader sees of each, up to the first HTML in it.
    """
    marked: list[Token] = []
    has_html = False
    for number, child in enumerate(children):
        if number == 0 or children[number - 1].type in {"softbreak", "hardbreak"}:
            marked.append(Token("html_inline", "", 0, content=f"<{marker} n={len(lines)}>"))
            lines.append("")
            has_html = False
        marked.append(child)
        has_html = has_html or child.type == "html_inline"
        if not has_html:
            lines[-1] += _read_token(child)
    return marked


def _read_token(token: Token) -> str:
    match token.type:
        case "code_inline":
            return f"{token.markup}{token.content}{token.markup}"
        case "image" | "softbreak" | "hardbreak":
            return ""
    return token.content or token.markup


def _find_plain_markers(html: str, marker: str) -> frozenset[str]:
    """Return the numbers of the markers that are in a paragraph or heading and in nothing else."""
    numbers: set[str] = set()
    open_elements: list[str] = []
    for piece in split_html(html):
        if not isinstance(piece, Tag) or piece.name in VOID:
            continue
        if piece.name == marker:
            if open_elements in _PLAIN_CONTEXTS:
                numbers.add(piece.attributes.get("n", ""))
        elif not piece.closes:
            open_elements.append(piece.name)
        elif open_elements and open_elements[-1] == piece.name:
            open_elements.pop()
    return frozenset(numbers)
