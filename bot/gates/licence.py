"""Here lives the gate "licence": other people's licence headers and copyright lines on new lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.change import Change
from bot.search.source_files import kind_of
from bot.values import Finding

GATE = "licence"
OWNED = re.compile(
    r"(?:\bcopyright\b|\(c\)|©)[\s:,]*(?:\(c\)|©)?[\s:,]*(?:\d{4}[\d\s,–-]*)(?:by\s+)?(?P<who>[^\n*#]{2,80})"
    r"|\bcopyright\s+(?:\(c\)|©)\s+(?P<other>[A-Z][^\n*#]{2,80})",
    re.IGNORECASE,
)
SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+() -]{2,60})")
HEADERS = re.compile(
    r"licensed under the (apache|mit|bsd|gnu|gpl|mozilla)|gnu (lesser |affero )?general public license"
    r"|permission is hereby granted, free of charge|redistribution and use in source and binary forms"
    r"|subject to the terms of the mozilla public|all rights reserved",
    re.IGNORECASE,
)
CODE_KINDS = ("code", "test", "foreign")


def licence(change: Change) -> Iterator[Finding]:
    """Each such line whose holder or licence the repository did not name before, in what we know of
    it.
    """
    known = " ".join(
        _plain(text) for text in (*change.before.values(), *change.around.values()) if text
    )
    for path in change.after:
        if kind_of(path) not in CODE_KINDS:
            continue
        for number, line in change.written(path):
            if (why := _foreign(line)) and _plain(why) not in known:
                yield Finding(
                    GATE,
                    path,
                    number,
                    f"This is somebody else's: {why.strip()}. Write it anew, or leave it.",
                )


def _foreign(line: str) -> str:
    """What on the line names an owner or a licence."""
    owned = OWNED.search(line)
    if owned:
        return (owned["who"] or owned["other"]).strip(" .,*/")
    found = SPDX.search(line) or HEADERS.search(line)
    return found[0] if found else ""


def _plain(text: str) -> str:
    return re.sub(r"[\W\d_]+", " ", text).casefold().strip()
