"""Refuse new files whose names pass for something else (gate "policy").

Files that stand in the repository already keep their names, whatever they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from bot.edits.path_names import fold_case
from bot.gates.policy import GATE, check_paths
from bot.values import Finding

_RESERVED_NAME = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9\xb9\xb2\xb3])[ ]*(?:\..*)?", re.IGNORECASE
)
_UNUSUAL_SIGN = re.compile(r'[<>:"|?*]|[^\S ]')
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
    paths: Collection[str],
    allowed: Collection[str],
    protected: Collection[str],
    others: Iterable[str] = (),
) -> Iterator[Finding]:
    """Find the new paths that a tool or a reader could take for another; `others` stay or come
    beside them.
    """
    collisions = _find_collisions(paths, others)
    for path in paths:
        reason = explain_odd_path(path) or _explain_look_alike(path, allowed, protected)
        reason = reason or collisions.get(path, "")
        if reason:
            yield Finding(GATE, path, 0, reason)


def explain_odd_path(path: str) -> str:
    """Say why no new file should have this path; empty when it may."""
    if path.startswith("-"):
        return "A program would read a path that begins with a dash as an option."
    if _UNUSUAL_SIGN.search(path):
        return 'Windows takes no name with one of < > : " | ? *, and nobody sees an unusual blank.'
    return next(filter(None, map(_explain_odd_name, path.split("/"))), "")


def _explain_odd_name(name: str) -> str:
    if name != name.strip():
        return "A name may not begin or end with a blank: nobody sees it."
    if name.endswith("."):
        return "A name may not end with a dot: Windows drops it, and the file becomes another."
    if _RESERVED_NAME.fullmatch(name):
        return "Windows keeps this name for a device, so the file cannot be checked out there."
    if _SHORT_NAME.fullmatch(name):
        return "Windows may take this name for the short form of another file's."
    return ""


def _find_collisions(paths: Collection[str], others: Iterable[str]) -> dict[str, str]:
    """Say of each path why it cannot stand beside another: some system takes both names for one,
    or one is a file where the other needs a folder.
    """
    wanted: dict[str, str] = {}  # each new path and its folders, by what a lax system makes of it
    for path in sorted(paths):
        for part in _list_prefixes(path):
            wanted.setdefault(fold_case(part), path)
    heads = {fold_case(path.partition("/")[0]) for path in paths}
    reasons: dict[str, str] = {}
    for standing in (*others, *paths):
        if fold_case(standing.partition("/")[0]) not in heads:
            continue
        for part in _list_prefixes(standing):
            path = wanted.get(fold_case(part), standing)
            if reason := _explain_collision(path, part, standing):
                reasons.setdefault(path, reason)
    return reasons


def _explain_collision(path: str, part: str, standing: str) -> str:
    """Say why a new path cannot stand beside another one that begins with this part."""
    if path == standing:
        return ""
    own = "/".join(path.split("/")[: part.count("/") + 1])
    if own != part:
        return f"Some systems take `{own}` and `{part}`, which is there, for the same name."
    if part == standing:
        return f"`{standing}` is a file, so nothing can be put under it."
    return f"`{path}` is a folder: files such as `{standing}` are in it." if own == path else ""


def _list_prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _explain_look_alike(path: str, allowed: Collection[str], protected: Collection[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", path.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = plain.translate(_LOOK_ALIKES)
    if path.isascii() or not plain.isascii() or check_paths([path], allowed, protected):
        return ""
    if not check_paths([plain], (), protected):
        return ""
    return f"The name looks like `{plain}`, which is protected, and is spelt with other letters."
