"""Parse why Gradle ended a build, where no test and no compiler says it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_texts
from bot.logs.parsed_failure import ParsedFailure, make_failure, parse_places, shorten_message

_HEADING = "* What went wrong:"
_PLACE = re.compile(r"^[A-Z]\w+(?: \w+)? '(?P<path>[^']+)' line: (?P<line>\d+)")


def parse_gradle_build(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse what Gradle says went wrong, with the place of its script where it names one."""
    begin = find_line(lines, lambda text: text == _HEADING)
    if begin == len(lines):
        return []
    end = find_line(lines, lambda text: text.startswith("* "), begin + 1)
    block = lines[begin:end]
    texts = [text.strip() for text in read_texts(block[1:]) if text.strip()]
    causes = [text.removeprefix("> ") for text in texts if text.startswith("> ")]
    places = parse_places(read_texts(lines[max(begin - 5, 0) : begin]), _PLACE)
    message = shorten_message("\n".join(causes or texts))
    return [make_failure("crash", block, "", message, places)]
