"""Parse lintrunner: a file, then what each linter says of it, with the line marked in the code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import match_first, read_texts, split_sections
from bot.logs.parsed_failure import ParsedFailure, make_failure, shorten_message
from bot.values import Frame

_FILE = re.compile(r"^>>> Lint for (?P<path>\S+):$")
_FAULT = re.compile(r"^  Error \((?P<tool>[^)]+)\) (?P<code>\S.*)$")
_MARKED = re.compile(r"^\s+>>> +(?P<line>\d+) +\|")


def parse_lintrunner(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each error; warnings and advice are left out."""
    failures: list[ParsedFailure] = []
    for file, section in split_sections(lines, _FILE):
        for fault, block in split_sections(section, _FAULT):
            texts = read_texts(block[1:])
            marked = match_first(texts, _MARKED)
            words = [text.strip() for text in texts[: _find_blank(texts)]]
            frame = Frame(file["path"], int(marked["line"]) if marked else None)
            heading = fault[0].strip() if marked else f"{file['path']}: {fault[0].strip()}"
            message = shorten_message("\n".join([heading, *words]))
            failures.append(make_failure("lint", block, fault["code"], message, [frame]))
    return failures


def _find_blank(texts: Sequence[str]) -> int:
    return next((index for index, text in enumerate(texts) if not text.strip()), len(texts))
