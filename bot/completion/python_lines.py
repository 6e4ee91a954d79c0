"""Tell whether new lines of Python stand where a block begins, goes on or ends."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.completion.scan_python import Scan

_OPENS_BLOCK = re.compile(r":\s*(?:#[^\n]*)?\s*\Z")


def stands_well(before: str, text: str, scan: Scan) -> bool:
    """Tell whether the lines of a text that is inserted behind another are indented well.

    The grammar is lax there: it takes any line that stands deeper. `scan` is of both texts.
    """
    written = before + text
    blocks = [""]
    opens_block = False
    for start, end in pairwise([*scan.line_starts, len(written)]):
        line = written[start:end]
        code = line.lstrip(" \t")
        if not code.strip() or code.startswith("#"):
            continue
        indent = line[: len(line) - len(code)]
        is_new = start >= len(before) or start + len(indent) > len(before)
        if is_new and not _fits(indent, blocks, opens_block=opens_block):
            return False
        blocks = [block for block in blocks if len(block) < len(indent)] + [indent]
        opens_block = bool(_OPENS_BLOCK.search(line))
    return True


def _fits(indent: str, blocks: list[str], *, opens_block: bool) -> bool:
    deepest = blocks[-1]
    if opens_block:
        return indent.startswith(deepest) and indent != deepest
    return indent in blocks
