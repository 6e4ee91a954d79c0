"""Read the lines of a hunk as they can be meant, by their signs and by what its head counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.edits.parsed_edit import (
    BARE,
    COMES,
    GOES,
    STAYS,
    Hunk,
    HunkHead,
    Op,
    Ops,
    Rejected,
    new_side,
)

SIGNS = (" ", "-", "+")
NO_END = "\\"  # begins git's remark that the last line has no end
SHOWN_CHARS = 80


def make_counted_hunk(index: int, head: HunkHead, body: Sequence[str]) -> Hunk:
    """Make the hunk of as many lines as its head says: bare ones stay, as git reads them."""
    ops = _parse_ops(body)
    counted = tuple(Op(STAYS, op.old, op.new) if op.sign == BARE else op for op in ops)
    readings = dict.fromkeys((counted, counted[: _find_bare_end(ops)]))
    bare_end = _read_bare_end(index, body)
    return Hunk(index + 1, tuple(readings), bare_end=bare_end, head=head, is_counted=True)


def make_repaired_hunk(index: int, head: HunkHead | None, body: Sequence[str]) -> Hunk:
    """Make the hunk of lines that its head does not count; readings differ in bare blank lines."""
    ops = _parse_ops(body)
    readings = tuple(_list_readings(ops, head))
    unsigned = _find_unsigned_line(body)
    if unsigned is not None:
        if not (head and any(map(head.counts, readings))):
            raise _make_unsigned_error(index + unsigned + 2, body[unsigned])
        readings += tuple(_list_readings(_parse_ops(body, keeps_blanks=True), head))
    if head and _may_go(head, ops):
        raise Rejected(
            f"A blank line of the hunk on line {index + 1} of the edit has no sign, and by the "
            "counts of its head it goes: write it as a line with its sign."
        )
    return Hunk(index + 1, readings, bare_end=_read_bare_end(index, body), head=head)


def _may_go(head: HunkHead, ops: Ops) -> bool:
    """Tell whether the head counts so many lines as there are if some bare ones go."""
    missing_old, missing_new = head.count_missing(ops)
    return not missing_old and 0 < -missing_new <= sum(op.sign == BARE for op in ops)


def _find_unsigned_line(body: Sequence[str]) -> int | None:
    """Find a line with text and without a sign."""
    signs = (*SIGNS, NO_END)
    unsigned = (n for n, line in enumerate(body) if line.strip() and line[0] not in signs)
    return next(unsigned, None)


def _make_unsigned_error(number: int, line: str) -> Rejected:
    return Rejected(
        f"Line {number} of the edit has no sign (a blank, + or -), and the numbers of its hunk do "
        f"not tell what it is: {quote_line(line)}."
    )


def _parse_ops(body: Sequence[str], *, keeps_blanks: bool = False) -> Ops:
    """Parse the lines; `keeps_blanks` where those that stay have no signs, so that none is cut."""
    lines = [line for line in body if not line.startswith(NO_END)]
    if keeps_blanks:
        lines = [f" {line}" if line[:1] == " " else line for line in lines]
    return tuple(map(_parse_op, lines))


def _parse_op(line: str) -> Op:
    match line[:1]:
        case "+":
            return Op(COMES, "", line[1:])
        case "-":
            return Op(GOES, line[1:])
        case "" | "\r":
            return Op(BARE, line, line)
        case " ":
            return Op(STAYS, line[1:], line[1:])
        case _:
            return Op(STAYS, line, line)


def _read_bare_end(index: int, body: Sequence[str]) -> tuple[bool, bool]:
    """Read on which sides git remarks that the last line has no end.

    Raises Rejected where more lines of a side follow: the remark is text that lacks its sign.
    """
    old = new = False
    sign = " "
    for offset, line in enumerate(body):
        if line.startswith(NO_END):
            old, new = old or sign != "+", new or sign != "-"
        sign = line[:1]
        if sign != NO_END and line.strip() and ((old and sign != "+") or (new and sign != "-")):
            raise Rejected(
                f"Line {index + offset + 2} of the edit follows a remark that the file ends above "
                f"it: {quote_line(line)}."
            )
    return old, new


def _list_readings(ops: Ops, head: HunkHead | None) -> Iterator[Ops]:
    """List the readings: bare blank lines at the end belong to the hunk or only follow it."""
    settled = ops
    if any(op.sign in (GOES, COMES) for op in ops):
        settled = tuple(_settle_bare_lines(ops))
    readings = [settled[: _find_bare_end(ops)], settled]
    if head and len(new_side(readings[1])) == head.new_count != len(new_side(readings[0])):
        readings.reverse()
    if head:
        readings[:0] = [_count_bare_lines(reading, head) for reading in readings]
    yield from dict.fromkeys(readings)


def _find_bare_end(ops: Ops) -> int:
    """Find where the bare lines at the end begin."""
    end = len(ops)
    while end and ops[end - 1].sign == BARE:
        end -= 1
    return end


def _settle_bare_lines(ops: Ops) -> Iterator[Op]:
    """Settle the bare lines between two that stay; beside what changes, they may come."""
    before = _carry_signs(ops)
    after = _carry_signs(ops[::-1])[::-1]
    for op, *signs in zip(ops, before, after, strict=True):
        yield Op(STAYS) if op.sign == BARE and signs == [STAYS, STAYS] else op


def _carry_signs(ops: Ops) -> list[str]:
    """List for each line the last sign so far; bare lines before all others count as context."""
    signs = []
    sign = STAYS
    for op in ops:
        if op.sign != BARE:
            sign = op.sign
        signs.append(sign)
    return signs


def _count_bare_lines(ops: Ops, head: HunkHead) -> Ops:
    """Settle all bare lines where the head's counts fit only if all of them stay, or all come."""
    bare = sum(op.sign == BARE for op in ops)
    missing_old, missing_new = head.count_missing(ops)
    if not bare or missing_new or missing_old not in (0, -bare):
        return ops
    sign = COMES if missing_old else STAYS
    return tuple(Op(sign) if op.sign == BARE else op for op in ops)


def quote_line(line: str) -> str:
    """Quote a line for people."""
    return f"`{line.strip()[:SHOWN_CHARS]}`"
