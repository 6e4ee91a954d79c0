"""Rewrite the links of an index's page while it streams past, so that they lead to the mirror."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator

HELD_BYTES = 1024**2  # a page without any end of a link in so much is passed on as it is
_HREF = re.compile(rb"""(?P<key>\bhref\s*=\s*)(?P<link>"[^"]*"|'[^']*')""", re.IGNORECASE)


def rewrite_html(parts: Iterable[bytes], rewrite: Callable[[str], str]) -> Iterator[bytes]:
    """Rewrite each `href` of a page in HTML, in bounded memory."""

    def replace(match: re.Match[bytes]) -> bytes:
        link = html.unescape(match["link"][1:-1].decode("utf-8", "replace"))
        return match["key"] + f'"{html.escape(rewrite(link))}"'.encode()

    return _rewrite(parts, _HREF, replace, b">")


def rewrite_json(
    parts: Iterable[bytes], key: str, rewrite: Callable[[str], str]
) -> Iterator[bytes]:
    """Rewrite each value of a key, such as `url`, in a page in JSON, in bounded memory."""

    def replace(match: re.Match[bytes]) -> bytes:
        try:
            link = json.loads(match["link"])
        except ValueError:  # no text: a client would not read it either
            return match[0]
        return match["key"] + json.dumps(rewrite(link)).encode()

    pattern = re.compile(rb'(?P<key>"' + key.encode() + rb'"\s*:\s*)(?P<link>"(?:[^"\\]|\\.)*")')
    return _rewrite(parts, pattern, replace, b"}")


def _rewrite(
    parts: Iterable[bytes],
    pattern: re.Pattern[bytes],
    replace: Callable[[re.Match[bytes]], bytes],
    end: bytes,
) -> Iterator[bytes]:
    """Replace matches up to the last `end`, which no link has in it, and hold what follows."""
    held = b""
    for part in parts:
        held += part
        cut = held.rfind(end) + 1
        if not cut and len(held) > HELD_BYTES:
            cut = len(held)
        if cut:
            yield pattern.sub(replace, held[:cut])
            held = held[cut:]
    if held:
        yield pattern.sub(replace, held)
