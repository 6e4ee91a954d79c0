"""Parse SEARCH/REPLACE blocks as models write them: fenced or in prose, each below its path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile

from bot.edits.indent import strip_line_numbers
from bot.edits.parsed_edit import (
    COMES,
    GAP,
    GOES,
    STAYS,
    FileEdit,
    Hunk,
    Op,
    Ops,
    Rejected,
    compare_lines,
)
from bot.edits.path_names import PathNames

SEARCH = re.compile(r"^<{5,9} ?(SEARCH|ORIGINAL|OLD|BEFORE)\b[ :]*(.*)$", re.IGNORECASE)
UNDERLINE = re.compile(r"^={5,9}\s*$")
WIDTH = 7  # of a divider
REPLACE = re.compile(r"^>{5,9} ?(REPLACE|UPDATED?|NEW|AFTER)\s*$", re.IGNORECASE)
STRAY = re.compile(
    r"^\s*(?:[<>]{4,}(?:\s|$)|[<>]{3} ?(?:SEARCH|ORIGINAL|REPLACE|UPDATED?)\b)"
    r"|^(?:@@ |diff --git |\+\+\+ \S)",
    re.IGNORECASE,
)
SHOWN_CHARS = 80
FENCE = re.compile(r"^\s*(?:```|~~~)[\w+-]*:?\s*(.*)$")
# A line of dots, bare or as a comment, that stands for any lines.
DOTS = re.compile(
    r"^\s*(?:#|//|/\*|--|<!--|;|%|\{/\*)?\s*(?:\.{3}|\u2026)\s*(?:\*/|-->|\*/\})?\s*$"
)
WORDED = re.compile(
    r"^\s*(?:#|//|/\*|--|<!--|;|%|\{/\*)\s*(?:\.{3}|\u2026).*(?:\.{3}|\u2026)?\s*(?:\*/|-->"
    r"|\*/\})?\s*$"
)


def parse_blocks(lines: Sequence[str], files: Mapping[str, str]) -> Iterator[FileEdit]:
    """Parse the blocks of a text, each with its file. Raises Rejected for one that is not whole."""
    names = PathNames(files)
    texts: dict[str, str] = {}
    path, position = "", 0
    while (start := _find_marker(SEARCH, lines, position)) is not None:
        _refuse_stray_marks(lines, range(position, start))
        path = _find_path(lines[start], lines[position:start], files) or path
        where = f"{path or 'A block'} (line {start + 1} of the edit)"
        stop = _find_marker(REPLACE, lines, start + 1)
        if stop is None or (_find_marker(SEARCH, lines, start + 1) or stop) < stop:
            raise Rejected(f"{where}: a SEARCH block does not end with >>>>>>> REPLACE.")
        if not path:
            raise Rejected(
                f"{where}: an edit does not say which file it is for. Write the path on the line "
                f"above it."
            )
        if path not in texts:
            texts[path] = files.get(names.resolve(path) or "", "").replace("\r\n", "\n")
        divider = _find_divider(lines, range(start, stop), texts[path], where)
        readings = tuple(list_readings(lines[start + 1 : divider], lines[divider + 1 : stop]))
        yield FileEdit(path, path, (Hunk(start + 1, readings, blocks=True),))
        position = stop + 1
    _refuse_stray_marks(lines, range(position, len(lines)))


def _refuse_stray_marks(lines: Sequence[str], outside: range) -> None:
    """Refuse marks of an edit outside of the blocks: what they mean to change would be lost."""
    for index in outside:
        if STRAY.match(lines[index]):
            raise Rejected(
                f"Line {index + 1} of the edit belongs to no SEARCH/REPLACE block: "
                f"`{lines[index].strip()[:SHOWN_CHARS]}`. Write each block whole, with its marks "
                "at the beginning of their lines, and no diff beside it."
            )


def _find_marker(marker: re.Pattern[str], lines: Sequence[str], start: int) -> int | None:
    for index in range(start, len(lines)):
        if lines[index][:1] in "<=>" and marker.match(lines[index]):
            return index
    return None


def _find_divider(lines: Sequence[str], block: range, text: str, where: str) -> int:
    """Find the only line between the halves of a block, which is no underline in the file's text.

    It has exactly seven signs, else as many as the block begins with, else about as many.
    """
    opening = _count_signs(lines[block.start])
    signs = [index for index in block[1:] if UNDERLINE.match(lines[index])]
    dividers = [index for index in signs if not _underlines(lines[index - 1 : index + 1], text)]
    for width in (WIDTH, opening):
        exact = [index for index in dividers if _count_signs(lines[index]) == width]
        dividers = exact or dividers
    if len(dividers) == 1:
        return dividers[0]
    raise Rejected(
        f"{where}: a SEARCH block has {len(dividers)} lines of =======, not one; use a unified "
        f"diff."
    )


def _underlines(pair: Sequence[str], text: str) -> bool:
    """Tell whether the second line stands below the first one in the text, as under a heading."""
    heading = "\n".join(map(str.rstrip, pair))
    return bool(pair[0].strip()) and f"\n{heading}\n" in f"\n{text}\n"


def _count_signs(line: str) -> int:
    """Count the signs that a line begins with."""
    return len(line) - len(line.lstrip(line[0]))


def _find_path(marker: str, above: Sequence[str], known: Collection[str]) -> str:
    """Find the path beside the marker, in the fence, or on the last line of text above."""
    for text in _list_path_texts(marker, above):
        path = _find_path_in(text, known)
        if path:
            return path
    return ""


def _list_path_texts(marker: str, above: Sequence[str]) -> Iterator[str]:
    match = SEARCH.match(marker)
    if match:
        yield match[2]
    for line in reversed(above):
        fence = FENCE.match(line)
        if fence:
            yield fence[1]
        elif line.strip():
            yield line
            return


def _find_path_in(line: str, known: Collection[str]) -> str:
    """Find the path on a line, without its decoration."""
    bare = line.strip().strip("`*#:\"' ").strip()
    quoted: list[str] = re.findall(r"[`*\"']([^`*\"']+)[`*\"']", line)
    for word in (bare, *quoted, *bare.replace(":", " ").split()):
        if word in known:
            return word
    return _guess_path(bare)


def _guess_path(bare: str) -> str:
    """Guess a path: one word, or the last of a sentence that looks like one."""
    if not bare:
        return ""
    word = bare.rsplit(maxsplit=1)[-1].strip("`*:\"'")
    if " " not in bare or re.search(r"[\w-]+[./][\w-]+", word):
        return word
    return ""


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
    with_gaps = tuple(Op(GAP) if _is_gap(op) else op for op in plain)
    if with_gaps != plain:
        yield with_gaps


def _is_gap(op: Op) -> bool:
    return op.sign == STAYS and bool(DOTS.match(op.old) or WORDED.match(op.old))


def _trim_blank_lines(old: Sequence[str], new: Sequence[str]) -> Ops:
    """Trim blank lines at the ends of the old half, and of the new one as far as both have them."""
    old_head, old_tail = _count_blank_ends(old)
    new_head, new_tail = _count_blank_ends(new)
    if new_head not in (0, old_head) or new_tail not in (0, old_tail):
        return ()
    ops = compare_lines(old[old_head : len(old) - old_tail], new[new_head : len(new) - new_tail])
    # What comes in the stead of a blank line stands where that line does.
    replaces_head = old_head > new_head and _begins_with_more(ops)
    replaces_tail = old_tail > new_tail and _begins_with_more(ops[::-1])
    return () if replaces_head or replaces_tail else ops


def _begins_with_more(ops: Ops) -> bool:
    """Tell whether more lines come than go before the first one that stays."""
    signs = [op.sign for op in takewhile(lambda op: op.sign != STAYS, ops)]
    return signs.count(COMES) > signs.count(GOES)


def _count_blank_ends(lines: Sequence[str]) -> tuple[int, int]:
    """Count the blank lines at the start and at the end; where all are blank, at the start."""
    filled = [index for index, text in enumerate(lines) if text.strip()]
    if not filled:
        return len(lines), 0
    return filled[0], len(lines) - 1 - filled[-1]
