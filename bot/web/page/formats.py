"""Write times, amounts and the bot's Markdown for a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

from markupsafe import Markup

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
CODE = Markup("<code>{}</code>")
MARKS = re.compile(r"\*\*|^#+ |<!--.*?-->", re.MULTILINE)


def format_time(epoch_s: float) -> str:
    """Write a time as "29 Nov 2026, 09:04 UTC"."""
    if not epoch_s:
        return "not yet"
    when = datetime.fromtimestamp(epoch_s, UTC)
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def format_duration(seconds: float) -> str:
    """Write a duration as people say it: "0.4 s", "42 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    whole_s = int(seconds)
    if whole_s < HOUR_S:
        return f"{whole_s // MINUTE_S} min {whole_s % MINUTE_S} s"
    if whole_s < DAY_S:
        return f"{whole_s // HOUR_S} h {whole_s % HOUR_S // MINUTE_S} min"
    return f"{whole_s // DAY_S} d {whole_s % DAY_S // HOUR_S} h"


def format_usd(usd: float) -> str:
    """Write an amount; empty when nothing was spent."""
    if not usd:
        return ""
    return f"${usd:.2f}" if usd >= 0.01 else "under $0.01"


def format_prose(markdown: str) -> Markup:
    """Write a line of the bot's Markdown as HTML: code spans are code, links their text."""
    plain = unescape(LINK.sub(r"\1", MARKS.sub("", markdown)))
    parts = plain.split("`")
    html = Markup()
    for number, part in enumerate(parts):
        is_code = number % 2 and number < len(parts) - 1
        html += CODE.format(part) if is_code else Markup.escape(part)
    return html
