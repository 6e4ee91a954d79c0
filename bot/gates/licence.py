"""Find other people's licence headers and copyright lines on new lines (gate "licence")."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from bot.gates.change import Change
from bot.gates.licence_names import SPDX, list_declared, name_licence
from bot.search.source_files import kind_of
from bot.values import Finding

GATE = "licence"
HEADER_CHARS = 1_500  # of a header that are read to name its licence
HEADER_LINES = 25  # between two signs of one header
COPYRIGHT = re.compile(
    r"(?:\bcopyright\b|\(c\)|©)[\s:,]*(?:\(c\)|©)?[\s:,]*(?:\d{4}[\d\s,–-]*)(?:by\s+)?"
    r"(?P<dated>[^\n*#]{2,80})"
    r"|\bcopyright\s+(?:\(c\)|©)\s+(?P<undated>[A-Z][^\n*#]{2,80})",
    re.IGNORECASE,
)
# A header is wrapped anywhere: a blank may be the end of a line.
HEADER = re.compile(
    r"licensed\s+under\s+(?:the\s+)?(?:terms\s+of\s+(?:the\s+)?)?(?:apache|mit|bsd|gnu|gpl|mozilla)"
    r"|gnu\s+(?:lesser\s+|library\s+|affero\s+)?general\s+public\s+license"
    r"|permission\s+is\s+hereby\s+granted,\s+free\s+of\s+charge"
    r"|permission\s+to\s+use,\s+copy,\s+modify"
    r"|redistribution\s+and\s+use\s+in\s+source\s+and\s+binary\s+forms"
    r"|use\s+of\s+this\s+source\s+code\s+is\s+governed\s+by"
    r"|(?:subject\s+to\s+the\s+terms\s+of\s+the\s+mozilla|eclipse)\s+public"
    r"|^(?!.*copyright).*(?P<reserved>all\s+rights\s+reserved)",
    re.IGNORECASE | re.MULTILINE,
)
RESERVED = re.compile(r"all rights reserved.*", re.IGNORECASE)
COMMENT_SIGNS = re.compile(r"^\s*(?:[#*;%\"']+|/[/*]+!?|--+|<!--+)?\s*")
OWN = re.compile(r"licen[cs]e|copying", re.IGNORECASE)
CHOICE = re.compile(r" (?:OR|AND|WITH) ")
FAMILY = re.compile(r"-only$|-or-later$|\+$")
CODE_KINDS = ("code", "test", "foreign")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What the known part of a repository says: all of its words, and the licences it names."""

    words: str
    licences: frozenset[str]

    def hold_words(self, words: str) -> bool:
        """Tell whether these words stand there."""
        return _normalize(words) in self.words

    def hold_licence(self, name: str) -> bool:
        """Tell whether this licence, or one of those that may be chosen, is named there."""
        parts = CHOICE.split(name)
        return not self.licences.isdisjoint(_name_family(part) for part in parts)


def check_licence(change: Change) -> Iterator[Finding]:
    """Find each header whose holder or licence the known part of the repository did not name."""
    known = _read_known_names(change)
    for path in change.after:
        if kind_of(path) not in CODE_KINDS:
            continue
        signs = sorted((*_find_holders(change, path, known), *_find_licences(change, path, known)))
        for line, names in _join_headers(signs):
            text = (
                f"This names an owner or a licence that nothing near it names: {', '.join(names)}."
                " Where the code is somebody else's, write it anew; else leave the line out."
            )
            yield Finding(GATE, path, line, text)


def _read_known_names(change: Change) -> KnownNames:
    sources = (*change.before.values(), *change.context.values(), *change.neighbours.values())
    texts = [text for text in sources if text]
    words = " ".join(map(_normalize, texts))
    names = [name for text in texts for name in _list_licences(text)]
    names += [name_licence(text) for path, text in change.context.items() if OWN.search(path)]
    return KnownNames(words, frozenset(map(_name_family, filter(None, names))))


def _list_licences(text: str) -> Iterator[str]:
    """List the licences that a text of the repository declares, or names in a header."""
    yield from list_declared(text)
    for sign in (*SPDX.finditer(text), *HEADER.finditer(text)):
        if name := _name_header(text, sign):
            yield from CHOICE.split(name)


def _find_holders(change: Change, path: str, known: KnownNames) -> Iterator[tuple[int, str]]:
    """Find the unknown holders that new lines name, with their lines."""
    for number, line in change.handwritten_lines(path):
        owned = COPYRIGHT.search(line)
        words = owned["dated"] or owned["undated"] if owned else ""
        name = RESERVED.sub("", words).strip(" .,*/\"'")
        if name and not known.hold_words(name):
            yield number, name


def _find_licences(change: Change, path: str, known: KnownNames) -> Iterator[tuple[int, str]]:
    """Find the unknown licences that new lines name; where it has no name, by its words."""
    lines = list(change.handwritten_lines(path))
    plain = [COMMENT_SIGNS.sub("", line) for _, line in lines]
    ends = list(accumulate(len(line) + 1 for line in plain))
    text = "\n".join(plain)
    for sign in (*SPDX.finditer(text), *HEADER.finditer(text)):
        name = _name_header(text, sign)
        words = " ".join((sign.groupdict().get("reserved") or sign[0]).split())
        is_known = known.hold_licence(name) if name else known.hold_words(words)
        if not is_known:
            yield lines[bisect_right(ends, sign.start())][0], name or words


def _name_header(text: str, sign: re.Match[str]) -> str:
    """Name the licence of the header that begins there."""
    return name_licence(text[sign.start() : sign.start() + HEADER_CHARS])


def _join_headers(signs: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """Join the signs of one header: its first line, and each name once."""
    first, last, names = 0, 0, list[str]()
    for line, name in signs:
        if names and line - last > HEADER_LINES:
            yield first, names
            names = []
        first = first if names else line
        last = line
        if name not in names:
            names.append(name)
    if names:
        yield first, names


def _name_family(name: str) -> str:
    """Name a licence without what it says of its later versions."""
    return FAMILY.sub("", name)


def _normalize(text: str) -> str:
    return re.sub(r"[\W\d_]+", " ", text).casefold().strip()
