"""Replace one text by another, where it stands exactly once."""

from __future__ import annotations

from bot.edits.apply_hunk import compute_splices
from bot.edits.find_place import Place, make_splices
from bot.edits.indent import NO_SHIFT
from bot.edits.lines import FileLines, Splice, keep_exact
from bot.edits.nearest_lines import explain_ambiguity
from bot.edits.omitted_code import refuse_omitted_code
from bot.edits.parsed_edit import COMES, Hunk, Rejected, compare_lines
from bot.edits.read_blocks import list_readings


def replace_text(path: str, before: str, old: str, new: str) -> str:
    """Put `new` in the one place of `old`, which may be part of a line or many lines.

    Blanks need not match; the file's stay. Raises Rejected when `old` is empty, absent or there
    more than once, and when nothing would change.
    """
    old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    if not old:
        raise Rejected(
            f"{path}: the old text is empty. Quote the line beside which the new text shall stand."
        )
    if old == new:
        raise Rejected(f"{path}: the old and the new text are the same, so nothing would change.")
    lines = FileLines.split(before)
    try:
        made = _replace_part(lines, old, new) or _replace_lines(lines, old, new)
    except Rejected as why:
        raise Rejected(f"{path}: {why.reason}", why.nearest) from None
    after = lines.splice(made).join()
    if after == before:
        raise Rejected(f"{path}: nothing would change.")
    return after


def _replace_part(lines: FileLines, old: str, new: str) -> list[Splice]:
    """Replace the old text as it is, wherever in a line it begins and ends, if it is there."""
    text = lines.join_with_line_feeds()
    starts = _find_starts(text, old)
    if len(starts) > 1:
        raise Rejected(*explain_ambiguity(lines, [text.count("\n", 0, at) for at in starts]))
    if not starts:
        return []
    start, end = starts[0], starts[0] + len(old)
    first = text.count("\n", 0, start)
    head = text[text.rfind("\n", 0, start) + 1 : start]
    tail = text[end:].partition("\n")[0]
    was, now = f"{head}{old}{tail}".split("\n"), f"{head}{new}{tail}".split("\n")
    if old.endswith("\n") and end == len(text):  # no line begins after the file's last end
        was.pop()
        now = now if now[-1] else now[:-1]
    ops = compare_lines(was, now, keep_exact)
    refuse_omitted_code(ops)
    at = iter(range(first, first + len(was)))
    place = Place(ops, tuple(None if op.sign == COMES else next(at) for op in ops), NO_SHIFT)
    return make_splices(lines, place, [op.new for op in ops if op.sign == COMES])


def _find_starts(text: str, old: str) -> list[int]:
    """Find all places, those that overlap too: `aa` stands twice in `aaa`."""
    found = []
    at = text.find(old)
    while at >= 0:
        found.append(at)
        at = text.find(old, at + 1)
    return found


def _replace_lines(lines: FileLines, old: str, new: str) -> list[Splice]:
    """Replace whole lines, where they stand but for blanks or for what else is forgiven."""
    new = new.removesuffix("\n") if old.endswith("\n") else new
    ways = tuple(list_readings(old.removesuffix("\n").split("\n"), new.split("\n") if new else []))
    refuse_omitted_code(ways[0])
    return compute_splices(lines, Hunk(1, ways, blocks=True))
