"""Write times, amounts and the bot's Markdown for a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

from markupsafe import Markup

MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400
TENTHS_UNTIL_S = 10
UNITS = (  # the largest first, each with the one that is told beside it
    (DAY_S, "d", HOUR_S, "h"),
    (HOUR_S, "h", MINUTE_S, "min"),
    (MINUTE_S, "min", 1, "s"),
)
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
    if seconds < TENTHS_UNTIL_S:
        return f"{max(seconds, 0):.1f} s"
    whole_s = int(seconds)
    for unit_s, unit, part_s, part in UNITS:
        if whole_s >= unit_s:
            rest = f" {whole_s % unit_s // part_s} {part}"
            return f"{whole_s // unit_s} {unit}{rest}".removesuffix(f" 0 {part}")
    return f"{whole_s} s"


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
