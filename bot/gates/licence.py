"""Find other people's licence headers and copyright lines on new lines (gate "licence")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.change import Change
from bot.search.source_files import kind_of
from bot.values import Finding

GATE = "licence"
COPYRIGHT = re.compile(
    r"(?:\bcopyright\b|\(c\)|©)[\s:,]*(?:\(c\)|©)?[\s:,]*(?:\d{4}[\d\s,–-]*)(?:by\s+)?"
    r"(?P<dated>[^\n*#]{2,80})"
    r"|\bcopyright\s+(?:\(c\)|©)\s+(?P<undated>[A-Z][^\n*#]{2,80})",
    re.IGNORECASE,
)
SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+() -]{2,60})")
HEADERS = re.compile(
    r"licensed under the (apache|mit|bsd|gnu|gpl|mozilla)"
    r"|gnu (lesser |affero )?general public license"
    r"|permission is hereby granted, free of charge"
    r"|redistribution and use in source and binary forms"
    r"|subject to the terms of the mozilla public|all rights reserved",
    re.IGNORECASE,
)
CODE_KINDS = ("code", "test", "foreign")


def check_licence(change: Change) -> Iterator[Finding]:
    """Find each line whose holder or licence the known part of the repository did not name."""
    texts = (*change.before.values(), *change.context.values(), *change.neighbours.values())
    known = " ".join(_normalize(text) for text in texts if text)
    for path in change.after:
        if kind_of(path) not in CODE_KINDS:
            continue
        for number, line in change.handwritten_lines(path):
            owner = _find_owner(line)
            if owner and _normalize(owner) not in known:
                text = (
                    f"This names an owner or a licence that nothing near it names: {owner.strip()}."
                    " Where the code is somebody else's, write it anew; else leave the line out."
                )
                yield Finding(GATE, path, number, text)


def _find_owner(line: str) -> str:
    """Find what on the line names an owner or a licence."""
    owned = COPYRIGHT.search(line)
    if owned:
        return (owned["dated"] or owned["undated"]).strip(" .,*/")
    licensed = SPDX.search(line) or HEADERS.search(line)
    return licensed[0] if licensed else ""


def _normalize(text: str) -> str:
    return re.sub(r"[\W\d_]+", " ", text).casefold().strip()
