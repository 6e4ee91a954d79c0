"""Here live the commands in a comment: lines such as `/generate with tests`, where a reader sees
them as such.
"""

from __future__ import annotations

import hashlib
import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text.html_visibility import VOID, Tag, pieces
from bot.text.invisible_chars import strip_invisible

_COMMAND = re.compile(r"/([A-Za-z][\w-]*)[.:,!]?(?:\s+(.*))?$")


def parse_commands(markdown: str) -> tuple[tuple[str, str], ...]:
    """Each line that begins with `/word`: the word in lower case and what follows it, in order.

    Only lines of plain paragraphs count: not code, quotes, lists, tables, nor anything inside raw
    HTML.
    """
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.parse(markdown)
    # No text can hold its own digest, so nobody but us can write this tag.
    mark = f"line-{hashlib.sha256(markdown.encode(errors='replace')).hexdigest()}"
    lines: list[str] = []
    for inline in tokens:
        if inline.type == "inline" and inline.level == 1:
            inline.children = _marked(inline.children or [], mark, lines)
    if not any("/" in line for line in lines):
        return ()
    free = _free(parser.renderer.render(tokens, parser.options, {}), mark)
    found = [
        _COMMAND.match(strip_invisible(line).strip())
        for number, line in enumerate(lines)
        if str(number) in free
    ]
    return tuple((command[1].lower(), (command[2] or "").strip()) for command in found if command)


def _marked(children: list[Token], mark: str, lines: list[str]) -> list[Token]:
    """The tokens with a mark before each line; adds to `lines` what their reader sees, up to the
    first HTML in it.
    """
    marked: list[Token] = []
    ended = True
    for number, child in enumerate(children):
        if number == 0 or children[number - 1].type in {"softbreak", "hardbreak"}:
            marked.append(Token("html_inline", "", 0, content=f"<{mark} n={len(lines)}>"))
            lines.append("")
            ended = False
        marked.append(child)
        ended = ended or child.type == "html_inline"
        lines[-1] += "" if ended else _text(child)
    return marked


def _text(token: Token) -> str:
    match token.type:
        case "code_inline":
            return f"{token.markup}{token.content}{token.markup}"
        case "image" | "softbreak" | "hardbreak":
            return ""
    return token.content or token.markup


def _free(html: str, mark: str) -> frozenset[str]:
    """The numbers of the marks that stand in a paragraph or heading and in nothing else."""
    found: list[str] = []
    inside: list[str] = []
    for piece in pieces(html):
        if not isinstance(piece, Tag) or piece.name in VOID:
            continue
        if piece.name == mark:
            found += [piece.attributes.get("n", "")] if inside in (["p"], ["h1"], ["h2"]) else []
        elif not piece.closes:
            inside.append(piece.name)
        elif inside and inside[-1] == piece.name:
            inside.pop()
    return frozenset(found)
