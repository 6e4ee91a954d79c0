"""Quote a stranger's text so that it calls nobody, refers to no issue and hides nothing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text.bot_logins import is_bot_login
from bot.text.invisible_chars import strip_invisible

_ELLIPSIS = "..."
_TICKS = re.compile(r"\\.|(`+)", re.DOTALL)
# What has an effect on GitHub's page although it is only text. GitHub looks for names and numbers
# in the rendered page, where `\@` and `&#64;` are an @ again: only code is left alone, so code is
# what they become.
_LIVE = re.compile(
    r"""
      (?P<name>\\?(?:(?<![A-Za-z0-9])@[A-Za-z0-9]
        |(?<![\w./-])[\w.-]{1,39}(?:/[\w.-]{1,100})?\\?\#\d
        |\#\d|(?<![A-Za-z0-9])[Gg][Hh]-\d)
        (?:[\w@#/.-]*\w)?)  # to the end of the word, or what is left is a new word
    | \\?(?P<sign>[<`])
    | (?P<image>!)(?=\[)
    | (?P<entity>&)(?=\#|commat;|num;)
    | \\[!-/:-@\[-`{-~]
    """,
    re.VERBOSE,
)
_REFERENCE_SIGN = re.compile(
    r"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])|#(?=\d)|(?<=\b[Gg][Hh])(?P<gh>-)(?=\d)"
)
_CLOSING_WORD = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b\s*:?\s*(?=[<(\[*_]*https?://)", re.IGNORECASE
)
_BRACKET = re.compile(r"\\.|[\[\]]|\\\Z", re.DOTALL)
_URL_SIGNS = ":/?#[]@!$&'*+,;=%~"  # a bar would end a table's cell, a parenthesis the link
_ENTITIES = {"<": "&lt;", "`": "&#96;", "!": "&#33;", "&": "&amp;"}
_REGIONS = {"fence": "code", "code_block": "code", "table_open": "table", "inline": "text"}


def defuse_markdown(text: str, limit: int) -> str:
    """Defuse Markdown, in at most `limit` characters; what is too long ends at a line with "...".

    Names and issue numbers become code, HTML becomes text, images become links. Code stays as it
    is, but for `<!--`.
    """
    text = strip_invisible(text).strip("\n")
    defused, room = _defuse_blocks(text), limit - len(_ELLIPSIS) - 1
    while len(defused) > limit and room > 0:
        defused = f"{_defuse_blocks(_cut_at_line(text, room))}\n{_ELLIPSIS}"
        room = min(room - 1, room * limit // len(defused))
    return defused if len(defused) <= limit else _ELLIPSIS[:limit]


def defuse_inline(text: str, limit: int) -> str:
    """Defuse text for a part of a line of ours, where neither a fence nor an indent makes code."""
    # Defused text is never shorter than half of it.
    text = " ".join(strip_invisible(text[: 20 * limit]).split())[: 2 * limit]
    defused, room = _defuse_line(text), limit - len(_ELLIPSIS)
    while len(defused) > limit and room > 0:
        defused = f"{_defuse_line(_cut_at_word(text, room))}{_ELLIPSIS}"
        room = min(room - 1, room * limit // len(defused))
    return defused if len(defused) <= limit else _ELLIPSIS[:limit]


def as_code_span(text: str, limit: int = 200) -> str:
    """Write a name that is not ours, such as a path, as code on one line."""
    plain = " ".join(strip_invisible(text).replace("`", "'").replace("<!--", "<! --").split())
    if len(plain) > limit:
        plain = plain[:limit] + _ELLIPSIS
    return f"`{plain}`"


def call_account(login: str) -> str:
    """Call a person; a bot's name is only written, for a call might start it."""
    return as_code_span(login) if is_bot_login(login) else f"@{login}"


def as_link(text: str, url: str, limit: int = 200) -> str:
    """Link a text that is not ours, such as a title: brackets in it are no Markdown."""
    parts = [
        part if is_code else _BRACKET.sub(_escape_bracket, part)
        for is_code, part in _split_code_spans(defuse_inline(text, limit))
    ]
    return link_markdown("".join(parts), url)


def link_markdown(markdown: str, url: str) -> str:
    """Link a piece of Markdown that is ours already; no sign of the address ends the link."""
    return f"[{markdown}]({quote(url, safe=_URL_SIGNS)})"


def defuse_mentions(text: str) -> str:
    """Defuse unrendered text, as in a commit: names lose their @, issue numbers their sign.

    "Fixes", "closes" and their like before a URL, which close that issue too, become "see".
    """
    silent = _REFERENCE_SIGN.sub(lambda sign: " " if sign["gh"] else "", text)
    return _CLOSING_WORD.sub("see ", silent)


def _escape_bracket(sign: re.Match[str]) -> str:
    return sign[0] if len(sign[0]) > 1 else f"\\{sign[0]}"


def _cut_at_line(text: str, room: int) -> str:
    whole_lines = text[: room + 1].rpartition("\n")[0]
    return whole_lines or text[:room]


def _cut_at_word(text: str, room: int) -> str:
    """Cut before the word that does not fit, unless that one word is most of the text."""
    whole_words = text[: room + 1].rpartition(" ")[0]
    return whole_words if len(whole_words) > room // 2 else text[:room]


def _defuse_line(text: str) -> str:
    return _defuse(text).replace("<!--", "<! --")


class _Region(NamedTuple):
    """The lines of a block: "code", "table" (whose cells are apart) or running "text"."""

    kind: str
    start: int
    end: int


def _defuse_blocks(text: str) -> str:
    # Parsed without HTML, because there is none in what comes out: blocks and code spans are those
    # of the result. Only the blocks are asked for: what is inside them is read below.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("inline")
    tokens = parser.parse(text)
    lines, position = text.split("\n"), 0
    output: list[str] = []
    for region in sorted(_find_regions(tokens), key=lambda region: (region.start, -region.end)):
        if region.start < position:
            continue
        # Between the regions: rules, ends of fences, reference definitions, blank lines.
        output += map(_defuse, lines[position : region.start])
        position = min(region.end, len(lines))
        output += _defuse_region(region.kind, lines[region.start : position])
    output += map(_defuse, lines[position:])
    return "\n".join([*output, *_missing_fence(tokens, lines)]).replace("<!--", "<! --")


def _find_regions(tokens: Sequence[Token]) -> Iterator[_Region]:
    for token in tokens:
        if token.map and token.type in _REGIONS:
            yield _Region(_REGIONS[token.type], token.map[0], token.map[1])


def _defuse_region(kind: str, lines: Sequence[str]) -> Sequence[str]:
    match kind:
        case "code":
            return lines
        case "table":
            return [_map_cells(_defuse, line) for line in lines]
    return [_defuse("\n".join(lines))]


def _map_cells(change: Callable[[str], str], row: str) -> str:
    return "|".join(map(change, re.split(r"(?<!\\)\|", row)))


def _missing_fence(tokens: Sequence[Token], lines: Sequence[str]) -> list[str]:
    """Return the end of a fence that is still open, or it would swallow what we write below."""
    last = tokens[-1] if tokens else None
    if not last or last.type != "fence" or not last.map:
        return []
    end = re.compile(rf" {{0,3}}{last.markup}{last.markup[0]}*\s*")
    is_closed = last.map[1] - last.map[0] > 1 and end.fullmatch(lines[-1])
    return [] if is_closed else [last.markup]


def _defuse(text: str) -> str:
    """Defuse running text; code spans stay. A word that closes the issue of a URL becomes "see"."""
    defused = ""
    for is_code, part in _split_code_spans(text):
        safe = part if is_code else _defuse_words(part)
        # Two ticks that meet would be one mark of another length.
        if defused.endswith("`") and safe.startswith("`"):
            defused += " "
        defused += safe
    return defused


def _defuse_words(text: str) -> str:
    silent = _CLOSING_WORD.sub("see ", text)
    return _LIVE.sub(_replace_live, silent).replace("``", "` `")


def _replace_live(live: re.Match[str]) -> str:
    match live.lastgroup:
        case None:  # an escaped sign, which stays
            return live[0]
        case "name":
            return f"`{live['name'].replace(chr(92), '')}`"
    return _ENTITIES[live[live.lastgroup]]


def _split_code_spans(text: str) -> Iterator[tuple[bool, str]]:
    """Split text, with a flag for code spans: from a run of ticks to the next run as long."""
    runs: dict[int, list[int]] = defaultdict(list)
    for run in re.finditer(r"`+", text):
        runs[len(run[0])].append(run.start())
    position = search_start = 0
    while opening := _TICKS.search(text, search_start):
        search_start = opening.end()
        closers = runs[len(opening[1])] if opening[1] else []
        closer = bisect_left(closers, opening.end())
        if closer < len(closers):
            yield False, text[position : opening.start()]
            position = search_start = closers[closer] + len(opening[1])
            yield True, text[opening.start() : position]
    yield False, text[position:]
