"""Here lives markup that is safe by its type: text is escaped wherever it is not Markup already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path

STYLE = (Path(__file__).parent / "style.css").read_text()
VOID = frozenset({"link", "meta"})


class Markup(str):
    """Text that is HTML. Only `tag` and `joined` make it; an f-string of it is plain text again,
    and is escaped.
    """

    __slots__ = ()


def tag(name: str, /, *inside: str | Iterable[str], **attributes: str) -> Markup:
    """An element. An attribute's trailing underscore is dropped: `class_`."""
    named = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(
        f"<{name}{named}>" if name in VOID else f"<{name}{named}>{joined(*inside)}</{name}>"
    )


def joined(*parts: str | Iterable[str]) -> Markup:
    """The parts behind each other."""
    return Markup(
        "".join(_safe(part) if isinstance(part, str) else joined(*part) for part in parts)
    )


def _safe(text: str) -> str:
    return text if isinstance(text, Markup) else escape(text)


def document(title: str, *inside: str | Iterable[str]) -> bytes:
    """A whole page. What UTF-8 cannot hold, such as half a surrogate pair, is replaced."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="stylesheet", href="/style.css"),
    )
    page = "<!doctype html>\n" + tag("html", head, tag("body", *inside), lang="en")
    return page.encode(errors="replace")
