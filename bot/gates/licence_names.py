"""Name a licence by what is written: a licence's text, a header in a file, an SPDX identifier."""

from __future__ import annotations

import re

TEXT_CHARS = 40_000
_PART = r"(?:[\w.+-]+|\([\w.+ -]+\))"  # of an expression: a name, or several in parentheses
SPDX = re.compile(rf"SPDX-License-Identifier:\s*(?P<names>{_PART}(?: (?:OR|AND|WITH) {_PART})*)")
# As manifests of Python, Node and Rust declare it.
DECLARED = re.compile(
    r"[\"']?licen[cs]e[\"']?\s*[:=]\s*(?:\{\s*text\s*=\s*)?[\"'](?P<names>[^\"']{2,60})"
)
_BSD = r"redistribution and use in source and binary forms"
# Each by its own words, blanks as one blank. Where several stand in a text, the first of them names
# it: the GPL speaks of the AGPL further down. Of those that begin together the upper one does.
_PHRASES = (
    ("AGPL-3.0", r"gnu affero general public license"),
    ("SSPL-1.0", r"server side public license"),
    ("LGPL-2.1", r"gnu (?:lesser|library) general public license[,;]? .{0,120}version 2(?:\.1)?\b"),
    ("LGPL-3.0", r"gnu (?:lesser|library) general public license"),
    ("GPL-2.0", r"gnu general public license[,;]? .{0,160}version 2\b|\bgplv2\b"),
    ("GPL-3.0", r"gnu general public license[,;]? .{0,160}version 3\b|\bgplv3\b"),
    ("GPL", r"gnu general public license"),
    ("MPL-2.0", r"mozilla public license,? (?:version|v\.?) ?2"),
    ("MPL-1.1", r"mozilla public license"),
    ("EPL-2.0", r"eclipse public license ?-? ?(?:version |v ?)?2"),
    ("EPL-1.0", r"eclipse public license"),
    ("BUSL-1.1", r"business source license"),
    ("Elastic-2.0", r"elastic license 2|elastic license v2"),
    ("Apache-2.0", r"apache license,? version 2|licensed under the apache license"),
    ("PSF-2.0", r"python software foundation license"),
    ("BSL-1.0", r"boost software license"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
    ("CC-BY-SA-4.0", r"creative commons attribution-?sharealike"),
    ("CC-BY-4.0", r"creative commons attribution"),
    ("WTFPL", r"do what the fuck you want to public license"),
    ("Zlib", r"this software is provided 'as-is', without any express or implied warranty"),
    (
        "ISC",
        r"permission to use, copy, modify,? and(?:/or)? distribute this software for any purpose",
    ),
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy"),
    (
        "BSD-3-Clause",
        rf"{_BSD}.{{0,1200}}(?:neither the names? |names? of .{{0,80}} may not be used)",
    ),
    ("BSD-2-Clause", _BSD),
    ("BSD", r"(?:licensed under|governed by) (?:a |the )?(?:terms of the )?(?:\S+ )?bsd\b"),
    (
        "MIT",
        r"\bmit license\b|(?:licensed|released|distributed) under (?:the )?(?:terms of the )?mit\b",
    ),
)
PHRASES = tuple((name, re.compile(phrase)) for name, phrase in _PHRASES)


def list_declared(text: str) -> tuple[str, ...]:
    """List the licences that a manifest declares."""
    declared = [match["names"] for match in DECLARED.finditer(text)]
    return tuple(name for names in declared for name in re.split(r" (?:OR|AND|WITH) |/", names))


def name_licence(text: str) -> str:
    """Name the licence that a text is or speaks of, by SPDX; empty where none is known."""
    declared = SPDX.search(text)
    if declared:
        return declared["names"]
    plain = " ".join(text[:TEXT_CHARS].casefold().split())
    starts = {}
    for name, phrase in reversed(PHRASES):
        if match := phrase.search(plain):
            starts[match.start()] = name
    return starts[min(starts)] if starts else ""
