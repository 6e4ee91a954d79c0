"""Parse SEARCH/REPLACE blocks as models write them: fenced or in prose, each below its path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bot.edits.indent import strip_line_numbers
from bot.edits.parsed_edit import GAP, STAYS, FileEdit, Hunk, Op, Ops, Rejected, compare_lines

SEARCH = re.compile(r"^<{5,9} ?(SEARCH|ORIGINAL|OLD|BEFORE)\b[ :]*(.*)$", re.IGNORECASE)
DIVIDER = re.compile(r"^={5,9}\s*$")
REPLACE = re.compile(r"^>{5,9} ?(REPLACE|UPDATED?|NEW|AFTER)\s*$", re.IGNORECASE)
FENCE = re.compile(r"^\s*(?:```|~~~)[\w+-]*:?\s*(.*)$")
# A line of dots, bare or as a comment, that stands for any lines.
DOTS = re.compile(
    r"^\s*(?:#|//|/\*|--|<!--|;|%|\{/\*)?\s*(?:\.{3}|\u2026)\s*(?:\*/|-->|\*/\})?\s*$"
)
WORDED = re.compile(
    r"^\s*(?:#|//|/\*|--|<!--|;|%|\{/\*)\s*(?:\.{3}|\u2026).*(?:\.{3}|\u2026)?\s*(?:\*/|-->"
    r"|\*/\})?\s*$"
)


def parse_blocks(lines: Sequence[str], known: Collection[str]) -> Iterator[FileEdit]:
    """Parse the blocks of a text, each with its file. Raises Rejected for one that is not whole."""
    path, at = "", 0
    while (start := _next(SEARCH, lines, at)) is not None:
        path = _path(lines[start], lines[at:start], known) or path
        where = f"{path or 'A block'} (line {start + 1} of the edit)"
        stop = _next(REPLACE, lines, start + 1)
        if stop is None or (_next(SEARCH, lines, start + 1) or stop) < stop:
            raise Rejected(f"{where}: a SEARCH block does not end with >>>>>>> REPLACE.")
        middle = _divider(lines, start, stop, where)
        if not path:
            raise Rejected(
                f"{where}: an edit does not say which file it is for. Write the path on the line "
                f"above it."
            )
        ways = tuple(list_readings(lines[start + 1 : middle], lines[middle + 1 : stop]))
        yield FileEdit(path, path, (Hunk(start + 1, ways, blocks=True),))
        at = stop + 1


def _next(marker: re.Pattern[str], lines: Sequence[str], at: int) -> int | None:
    return next(
        (n for n in range(at, len(lines)) if lines[n][:1] in "<=>" and marker.match(lines[n])), None
    )


def _divider(lines: Sequence[str], start: int, stop: int, where: str) -> int:
    """Find the line between the two halves; a heading with as many signs could be it too."""
    found = [n for n in range(start + 1, stop) if DIVIDER.match(lines[n])]
    if len(found) > 1:
        width = len(lines[start]) - len(lines[start].lstrip("<"))
        found = [n for n in found if len(lines[n].rstrip()) == width] or found
    if len(found) != 1:
        raise Rejected(
            f"{where}: a SEARCH block has {len(found)} lines of =======, not one; use a unified "
            f"diff."
        )
    return found[0]


def _path(marker: str, above: Sequence[str], known: Collection[str]) -> str:
    """Find the path beside the marker, in the fence, or on the last line of text above."""
    match = SEARCH.match(marker)
    said = [match[2]] if match else []
    for line in reversed(above):
        fence = FENCE.match(line)
        said += [fence[1] if fence else line] if line.strip() else []
        if line.strip() and not fence:
            break
    return next((path for line in said if (path := _find_path_in(line, known))), "")


def _find_path_in(line: str, known: Collection[str]) -> str:
    """Find the path on a line, without its decoration."""
    bare = line.strip().strip("`*#:\"' ").strip()
    words = [bare, *re.findall(r"[`*\"']([^`*\"']+)[`*\"']", line), *bare.replace(":", " ").split()]
    return next(
        (word for word in words if word in known),
        "" if " " in bare and not _guess_path(bare) else _guess_path(bare),
    )


def _guess_path(bare: str) -> str:
    """Guess a path: one word, or the last of a sentence that looks like one."""
    word = bare.rsplit(maxsplit=1)[-1].strip("`*:\"'") if bare else ""
    return word if " " not in bare or re.search(r"[\w-]+[./][\w-]+", word) else ""


def list_readings(old: Sequence[str], new: Sequence[str]) -> Iterator[Ops]:
    """List the ways in which two halves can be read, the likeliest first."""
    plain = compare_lines(old, new)
    yield plain
    bare = strip_line_numbers(old)
    if bare is not None:
        yield compare_lines(bare, strip_line_numbers(new) or new)
    trimmed = _trim_blank_lines(old, new)
    if trimmed != plain and trimmed:
        yield trimmed
    gaps = [op.sign == STAYS and bool(DOTS.match(op.old) or WORDED.match(op.old)) for op in plain]
    if any(gaps):
        yield tuple(Op(GAP) if gap else op for gap, op in zip(gaps, plain, strict=True))


def _trim_blank_lines(old: Sequence[str], new: Sequence[str]) -> Ops:
    """Trim blank lines at the ends of the old half, and of the new one as far as both have them."""
    start = next((n for n, text in enumerate(old) if text.strip()), len(old))
    stop = next((n for n, text in enumerate(reversed(old)) if text.strip()), 0)
    head = next((n for n, text in enumerate(new) if text.strip()), len(new))
    tail = next((n for n, text in enumerate(reversed(new)) if text.strip()), 0)
    if head not in (0, start) or tail not in (0, stop):
        return ()
    return compare_lines(old[start : len(old) - stop], new[head : len(new) - tail])
