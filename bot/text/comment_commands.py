"""Find what a comment says to a bot: visible lines such as `/generate with tests`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text.html_visibility import VOID, Tag, split_html
from bot.text.invisible_chars import strip_invisible

_COMMAND = re.compile(
    r"(?:/(?P<command>[a-z][\w-]*)|(?P<mention>@[a-z\d][a-z\d-]*)(?:\[bot\])?)"
    r"[.:,!]?(?:\s+(?P<words>.*))?$",
    re.IGNORECASE,
)
_CODE = ("fence", "code_block")
_PLAIN_CONTEXTS = (["p"], ["h1"], ["h2"])
# GitHub renders both as math, over several lines of a paragraph too. A price is none: `$` opens
# before a character and closes behind one.
_MATH = re.compile(r"\$\$.+?\$\$|(?<![\w$\\])\$(?![\s$])[^$]+(?<![\s\\])\$(?![\w$])", re.DOTALL)


def parse_commands(markdown: str) -> tuple[tuple[str, str], ...]:
    """Return the lines that begin with `/word` or `@name`, each with what follows it.

    The word is in lower case and without its slash, a name keeps its `@`. Only lines of plain
    paragraphs count: not code, math, quotes, lists, tables, nor anything in raw HTML.
    """
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    # No text can hold its own digest, so nobody but us can write this tag.
    marker = f"line-{hashlib.sha256(markdown.encode(errors='replace')).hexdigest()}"
    lines: list[str] = []
    math_lines = _find_math_blocks(markdown, tokens)
    for token in tokens:
        start, end = token.map or (0, 0)
        is_math = start in math_lines or end - 1 in math_lines
        if token.type == "inline" and token.level == 1 and not is_math:
            token.children = _mark_lines(token.children or [], marker, lines)
    if not any("/" in line or "@" in line for line in lines):
        return ()
    html = parser.renderer.render(tokens, parser.options, {})
    plain = _find_plain_markers(html, marker)
    commands = []
    for number, line in enumerate(lines):
        command = _COMMAND.match(strip_invisible(line).strip())
        if command and str(number) in plain:
            name = command["command"] or command["mention"]
            commands.append((name.lower(), (command["words"] or "").strip()))
    return tuple(commands)


def _find_math_blocks(markdown: str, tokens: Sequence[Token]) -> frozenset[int]:
    """Return the numbers of the lines between a line that is `$$` and the next such line.

    GitHub's math may go over blank lines; within one paragraph `_find_math` looks more closely.
    Within code the line is code.
    """
    inside: set[int] = set()
    code = {line for token in tokens if token.type in _CODE for line in range(*token.map or (0, 0))}
    opened = None
    for number, line in enumerate(markdown.split("\n")):
        if line.strip() != "$$" or number in code:
            continue
        if opened is None:
            opened = number
        else:
            inside.update(range(opened + 1, number))
            opened = None
    return frozenset(inside)


def _mark_lines(children: Sequence[Token], marker: str, lines: list[str]) -> list[Token]:
    """Return the tokens with a marker before each line that does not begin inside of math.

    Adds to `lines` what a reader sees of each, up to the first HTML in it.
    """
    marked: list[Token] = []
    has_html = False
    math = _find_math(children)
    for number, child in enumerate(children):
        if number == 0 or children[number - 1].type in {"softbreak", "hardbreak"}:
            if number not in math:
                marked.append(Token("html_inline", "", 0, content=f"<{marker} n={len(lines)}>"))
            lines.append("")
            has_html = False
        marked.append(child)
        has_html = has_html or child.type == "html_inline"
        if not has_html:
            lines[-1] += _read_token(child)
    return marked


def _find_math(children: Sequence[Token]) -> frozenset[int]:
    """Return the numbers of the tokens of one paragraph that begin inside of math."""
    text = ""
    starts = []
    for child in children:
        starts.append(len(text))
        # Code may hold a dollar that is none; what it says does not matter here.
        text += child.content.replace("\n", " ") if child.type == "text" else "\n"
    spans = [match.span() for match in _MATH.finditer(text)]
    inside = {place for first, end in spans for place in range(first + 1, end)}
    return frozenset(number for number, start in enumerate(starts) if start in inside)


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
