"""Parse R's testthat."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import read_texts_until, split_sections
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
    shorten_message,
)

_HEADING = re.compile(
    r"^── (?:\d+\. )?(?:Failure|Error)[: ]+(?:\('?(?P<path>[^':)]+):(?P<line>\d+)(?::\d+)?'?\): )?"
    r"(?P<test>.*?)[ ─]*$"
)
_OLD_PLACE = re.compile(r"\(@(?P<path>[^#)]+)#(?P<line>\d+)\)")
_MESSAGE_ENDS = re.compile(r"^(?:Backtrace:|══|── |\[ FAIL|$)")


def parse_testthat(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each heading with a place in the tests, then its message."""
    failures = []
    for heading, section in split_sections(lines, _HEADING):
        place = _OLD_PLACE.search(section[0].text)
        if heading["path"]:
            place = heading
        texts = read_texts_until(section[1:], _MESSAGE_ENDS)
        test = _OLD_PLACE.sub("", heading["test"]).strip()
        message = shorten_message("\n".join(texts))
        frames = [parse_place(place)] if place else []
        block = section[: len(texts) + 1]
        failures.append(make_failed_test(test, block, "", message, frames))
    return failures
