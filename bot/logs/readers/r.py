"""Here lives R's testthat."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import Line
from bot.logs.parsed_failure import Found, cut
from bot.logs.sections import sections, texts_until
from bot.values import Frame

_TESTTHAT = re.compile(
    r"^── (?:\d+\. )?(?:Failure|Error)[: ]+(?:\('?(?P<path>[^':)]+):(?P<line>\d+)(?::\d+)?'?\): )?"
    r"(?P<test>.*?)[ ─]*$"
)
_OLD_PLACE = re.compile(r"\(@(?P<path>[^#)]+)#(?P<line>\d+)\)")
_TESTTHAT_END = re.compile(r"^(?:Backtrace:|══|── |\[ FAIL|$)")


def testthat(lines: Sequence[Line]) -> list[Found]:
    """Each headline with a place in the tests, then what it says."""
    found = []
    for head, block in sections(lines, _TESTTHAT):
        place = head if head["path"] else _OLD_PLACE.search(block[0].text)
        texts = texts_until(block[1:], _TESTTHAT_END)
        frames = (Frame(place["path"], int(place["line"])),) if place else ()
        first, last = block[0].number, block[len(texts)].number
        test = _OLD_PLACE.sub("", head["test"]).strip()
        found.append(Found("test-failure", "", cut("\n".join(texts)), first, last, test, frames))
    return found
