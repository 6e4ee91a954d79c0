"""Refuse new files whose names pass for something else (gate "policy").

Files that stand in the repository already keep their names, whatever they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

from bot.gates.policy import GATE, check_paths
from bot.values import Finding

_SHORT_NAME = re.compile(r"[^.~/]{1,6}~\d{1,6}(?:\.[^./]{0,3})?")  # how Windows shortens a name
# Letters of other scripts that are drawn as a Latin one. Accents are taken off by Unicode's rules.
_LOOK_ALIKES = str.maketrans(
    "\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN SMALL LETTER SCRIPT G}"
    "\N{LATIN SMALL LETTER ALPHA}\N{LATIN LETTER SMALL CAPITAL I}"
    "\N{CYRILLIC SMALL LETTER A}\N{CYRILLIC SMALL LETTER IE}\N{CYRILLIC SMALL LETTER O}"
    "\N{CYRILLIC SMALL LETTER ER}\N{CYRILLIC SMALL LETTER ES}\N{CYRILLIC SMALL LETTER U}"
    "\N{CYRILLIC SMALL LETTER HA}\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}"
    "\N{CYRILLIC SMALL LETTER DZE}\N{CYRILLIC SMALL LETTER SHHA}\N{CYRILLIC SMALL LETTER KOMI DE}"
    "\N{GREEK SMALL LETTER OMICRON}\N{GREEK SMALL LETTER IOTA}\N{GREEK SMALL LETTER NU}"
    "\N{GREEK SMALL LETTER ALPHA}\N{GREEK SMALL LETTER RHO}",
    "igaiaeopcyxishdoivap",
)


def check_new_paths(
    paths: Collection[str], allowed: Collection[str], protected: Collection[str]
) -> Iterator[Finding]:
    """Find the new paths that a tool or a reader could take for another."""
    for path in paths:
        reason = explain_odd_path(path) or _explain_look_alike(path, allowed, protected)
        if reason:
            yield Finding(GATE, path, 0, reason)


def explain_odd_path(path: str) -> str:
    """Say why no new file should have this path; empty when it may."""
    parts = path.split("/")
    if path.startswith("-"):
        return "A program would read a path that begins with a dash as an option."
    if any(part != part.strip() for part in parts):
        return "A name may not begin or end with a blank: nobody sees it."
    if any(part.endswith(".") for part in parts):
        return "A name may not end with a dot: Windows drops it, and the file becomes another."
    if any(_SHORT_NAME.fullmatch(part) for part in parts):
        return "Windows may take this name for the short form of another file's."
    return ""


def _explain_look_alike(path: str, allowed: Collection[str], protected: Collection[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", path.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = plain.translate(_LOOK_ALIKES)
    if path.isascii() or not plain.isascii() or check_paths([path], allowed, protected):
        return ""
    if not check_paths([plain], (), protected):
        return ""
    return f"The name looks like `{plain}`, which is protected, and is spelt with other letters."
