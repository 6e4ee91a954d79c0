"""Here lives a reader of HTML by the rules of browsers; where it may err, it takes more for
invisible, never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape

VOID = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
# What browsers do not parse as markup; then what they show on demand, as something else, or not at
# all.
_RAW = frozenset(
    (
        "iframe",
        "noembed",
        "noframes",
        "noscript",
        "plaintext",
        "script",
        "style",
        "textarea",
        "title",
        "xmp",
    )
)
_HIDDEN = frozenset(
    {
        "applet",
        "audio",
        "canvas",
        "colgroup",
        "datalist",
        "dialog",
        "head",
        "map",
        "math",
        "menuitem",
        "object",
        "optgroup",
        "option",
        "rp",
        "select",
        "svg",
        "template",
        "video",
    }
)
_HIDING = re.compile(
    r"display:none|visibility:(hidden|collapse)|opacity:0(?![.\d])|font-size:0(?![.\d])|content-visibility"
)
_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(r"(=?[^\s/>=]*)(\s*=\s*)?")
_GAP = re.compile(r"[\s/]*")
_BARE = re.compile(r"[^\s>]*")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; names are lower case, a closing tag has no attributes."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    closes: bool = False

    @property
    def hides(self) -> bool:
        """Whether what stands in the element is not shown."""
        style = re.sub(r"\s|/\*.*?\*/", "", self.attributes.get("style", "")).lower()
        return self.name in _HIDDEN or "hidden" in self.attributes or bool(_HIDING.search(style))


def shown(html: str) -> Iterator[str | Tag]:
    """Tags and text (entities decoded) that a browser shows, in order; comments and hidden elements
    are left out.
    """
    hidden: list[str] = []  # open elements from the hiding one inwards
    for piece in pieces(html):
        if isinstance(piece, Tag) and not piece.closes and (hidden or piece.hides):
            hidden += [] if piece.name in VOID else [piece.name]
        elif hidden:
            # Only a well-nested end tag shows what follows: a browser forgives more, and then more
            # is left out here.
            if isinstance(piece, Tag) and piece.name == hidden[-1]:
                hidden.pop()
        else:
            yield piece


def pieces(html: str) -> Iterator[str | Tag]:
    """Every tag and text; comments, declarations, instructions and raw text elements are left out.
    Linear.
    """
    at = 0
    while at < len(html):
        start = html.find("<", at)
        start = len(html) if start < 0 else start
        if start > at:
            yield unescape(html[at:start])
        piece, at = _markup(html, start)
        if piece is not None:
            yield piece


def _markup(html: str, start: int) -> tuple[str | Tag | None, int]:
    """What begins at this `<`, and where it ends. What does not end swallows the rest, as at the
    end of a file.
    """
    for opening, ending in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")):
        if html.startswith(opening, start):
            end = html.find(ending, start + len(opening))
            return None, end + len(ending) if end >= 0 else len(html)
    closes = html.startswith("</", start)
    name = _NAME.match(html, start + 1 + closes)
    if not name:
        return html[start : start + 1] or None, start + 1
    attributes, end = _attributes(html, name.end())
    tag = Tag(name[0].lower(), {} if closes else attributes, closes)
    if end < 0:
        return None, len(html)
    if tag.name in _RAW and not closes:
        close = re.compile(rf"</{re.escape(tag.name)}(?=[\s/>])[^>]*>?", re.IGNORECASE).search(
            html, end
        )
        return None, close.end() if close else len(html)
    return tag, end


def _attributes(html: str, at: int) -> tuple[dict[str, str], int]:
    """The attributes of a tag and where it ends; -1 when it does not."""
    found: dict[str, str] = {}
    while (at := _end(_GAP, html, at)) < len(html):
        if html[at] == ">":
            return found, at + 1
        attribute = _ATTRIBUTE.match(html, at)
        if not attribute:  # cannot be: the pattern matches anything
            break
        at, value = attribute.end(), ""
        if attribute[2] and html[at : at + 1] in {'"', "'"}:
            close = html.find(html[at], at + 1)
            if close < 0:
                break
            value, at = html[at + 1 : close], close + 1
        elif attribute[2]:
            end = _end(_BARE, html, at)
            value, at = html[at:end], end
        found.setdefault(attribute[1].lower(), unescape(value))
    return {}, -1


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
