"""Here lives the model's text as it goes into a comment: it calls nobody, refers to no issue and
hides nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.text.invisible_chars import strip_invisible

_MORE = "..."
_TICKS = re.compile(r"\\.|(`+)", re.DOTALL)
# What has an effect on GitHub's page although it is only text. GitHub looks for names and numbers
# in the rendered
# page, where `\@` and `&#64;` are an @ again: only code is left alone, so code is what they become.
_LIVE = re.compile(
    r"""
      (?P<name>\\?(?:(?<![A-Za-z0-9])@[A-Za-z0-9]
        |(?<![\w./-])[\w.-]{1,39}(?:/[\w.-]{1,100})?\\?\#\d
        |\#\d|(?<![A-Za-z0-9])[Gg][Hh]-\d)(?:[\w@#/.-]*\w)?)  # to the end of the word, or what is left is a new word
    | \\?(?P<sign>[<`])
    | (?P<image>!)(?=\[)
    | (?P<entity>&)(?=\#|commat;|num;)
    | \\[!-/:-@\[-`{-~]
    """,
    re.VERBOSE,
)
_CALLS = re.compile(r"(?<![A-Za-z0-9])@(?=[A-Za-z0-9])|#(?=\d)|(?<=\b[Gg][Hh])(?P<gh>-)(?=\d)")
_CLOSES = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b\s*:?\s*(?=https?://)", re.IGNORECASE
)
_SIGNS = {"<": "&lt;", "`": "&#96;", "!": "&#33;", "&": "&amp;"}


def defuse_markdown(text: str, limit: int) -> str:
    """The text made harmless, at most `limit` characters; what is too long ends at a line's end
    with "...".

    Names and issue numbers become code, HTML becomes text, images become links. Code stays as it
    is, but for `<!--`.
    """
    text = strip_invisible(text).strip("\n")
    harmless, room = _harmless(text), limit - len(_MORE) - 1
    while len(harmless) > limit and room > 0:
        harmless = f"{_harmless(_cut(text, room))}\n{_MORE}"
        room = min(room - 1, room * limit // len(harmless))
    return harmless if len(harmless) <= limit else _MORE[:limit]


def defuse_inline(text: str, limit: int) -> str:
    """The text made harmless as a part of a line of ours, where a fence or an indent is no code."""
    text = " ".join(strip_invisible(text[: 20 * limit]).split())[
        : 2 * limit
    ]  # to be harmless it does not shrink to a half
    harmless, room = _inline(text), limit - len(_MORE)
    while len(harmless) > limit and room > 0:
        harmless = f"{_inline(_cut_words(text, room))}{_MORE}"
        room = min(room - 1, room * limit // len(harmless))
    return harmless if len(harmless) <= limit else _MORE[:limit]


def _inline(text: str) -> str:
    return _defused(text).replace("<!--", "<! --")


def as_code_span(text: str, limit: int = 200) -> str:
    """A name that is not ours, such as a path, as code on one line."""
    plain = " ".join(strip_invisible(text).replace("`", "'").replace("<!--", "<! --").split())
    return f"`{plain if len(plain) <= limit else plain[:limit] + _MORE}`"


def defuse_mentions(text: str) -> str:
    """The text made harmless where nothing is rendered, as in a commit: names lose their @, issue
    numbers their sign.

    "Fixes", "closes" and their like before an address, which close that issue too, become "see".
    """
    return _CLOSES.sub("see ", _CALLS.sub(lambda found: " " if found["gh"] else "", text))


def _cut(text: str, room: int) -> str:
    whole_lines = text[: room + 1].rpartition("\n")[0]
    return whole_lines or text[:room]


def _cut_words(text: str, room: int) -> str:
    """Cut before the word that does not fit, unless that one word is most of the text."""
    whole_words = text[: room + 1].rpartition(" ")[0]
    return whole_words if len(whole_words) > room // 2 else text[:room]


def _harmless(text: str) -> str:
    # Parsed without HTML, because there is none in what comes out: blocks and code spans are those
    # of the result.
    tokens = (
        MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).parse(text)
    )
    lines, done = text.split("\n"), 0
    out: list[str] = []
    for kind, begin, end in sorted(_regions(tokens), key=lambda region: (region[1], -region[2])):
        if begin < done:
            continue
        out += [
            _defused(line) for line in lines[done:begin]
        ]  # rules, fences' ends, reference definitions, blank lines
        done = min(end, len(lines))
        if kind == "code":
            out += lines[begin:done]
        elif kind == "table":
            out += [
                "|".join(_defused(cell) for cell in re.split(r"(?<!\\)\|", line))
                for line in lines[begin:done]
            ]
        else:
            out.append(_defused("\n".join(lines[begin:done])))
    out += [_defused(line) for line in lines[done:]]
    return "\n".join([*out, *_missing_end(tokens, lines)]).replace("<!--", "<! --")


def _regions(tokens: list[Token]) -> Iterator[tuple[str, int, int]]:
    """Which lines are code, tables (whose cells are apart) or running text."""
    kinds = {"fence": "code", "code_block": "code", "table_open": "table", "inline": "text"}
    for token in tokens:
        if token.map and token.type in kinds:
            yield kinds[token.type], token.map[0], token.map[1]


def _missing_end(tokens: list[Token], lines: list[str]) -> list[str]:
    """The end of a fence that is still open, or it would swallow what we write below."""
    last = tokens[-1] if tokens else None
    if not last or last.type != "fence" or not last.map:
        return []
    closed = last.map[1] - last.map[0] > 1 and re.fullmatch(
        rf" {{0,3}}{last.markup}{last.markup[0]}*\s*", lines[-1]
    )
    return [] if closed else [last.markup]


def _defused(text: str) -> str:
    parts = [(is_code, part if is_code else _tamed(part)) for is_code, part in _spans(text)]
    joined = ""
    for _, part in parts:
        # Two ticks that meet would be one mark of another length.
        joined += " " + part if joined.endswith("`") and part.startswith("`") else part
    return joined


def _tamed(text: str) -> str:
    return _LIVE.sub(_tame, text).replace("``", "` `")


def _tame(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "name":
        return f"`{found[kind].replace(chr(92), '')}`"
    return _SIGNS[found[kind]] if kind else found[0]


def _spans(text: str) -> Iterator[tuple[bool, str]]:
    """The text in pieces, and whether each is a code span: from a run of ticks to the next run as
    long.
    """
    runs: dict[int, list[int]] = defaultdict(list)
    for run in re.finditer(r"`+", text):
        runs[len(run[0])].append(run.start())
    at = look = 0
    while opening := _TICKS.search(text, look):
        look = opening.end()
        closers = runs[len(opening[1])] if opening[1] else []
        closer = bisect_left(closers, opening.end())
        if closer < len(closers):
            yield False, text[at : opening.start()]
            at = look = closers[closer] + len(opening[1])
            yield True, text[opening.start() : at]
    yield False, text[at:]
