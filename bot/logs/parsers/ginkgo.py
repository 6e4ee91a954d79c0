"""Parse Ginkgo, whose specs are all one test to `go test`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.logs.clean_log import LogLine
from bot.logs.line_search import match_all, match_first, read_texts, split_at
from bot.logs.parsed_failure import (
    ParsedFailure,
    make_failed_test,
    parse_place,
    shorten_message,
)

_RESULT = re.compile(r"^• (?:\[(?:FAILED|PANICKED|TIMEDOUT)\]|Failure|Panic)(?: \[| in )")
_RULE = re.compile(r"^-{20,}$")
_SPEC = re.compile(r"^\S.*\[\w+\].*")  # "Cart [It] sums prices"
_FAILED_AT = re.compile(r"^\s*In \[\w+\] at: (?P<path>\S+\.go):(?P<line>\d+)\b")
_PLACE = re.compile(r"^\s*(?P<path>\S+\.go):(?P<line>\d+)(?: @ .*)?$")
_MESSAGE = re.compile(r"^\s*\[(?:FAILED|PANICKED|TIMEDOUT)\] ")
RAN_SPECS = re.compile(r"^Ran \d+ of \d+ Specs in ")


def parse_ginkgo(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse each failed spec: its name, what failed, and where that was asserted."""
    failures = []
    for section in split_at(lines, lambda text: _RESULT.match(text) or _RULE.match(text), 200):
        texts = read_texts(section)
        spec = match_first(texts[1:8], _SPEC)
        if _RESULT.match(texts[0]) and spec:
            places = match_all(texts, _FAILED_AT) or match_all(texts, _PLACE)[-1:]
            message = shorten_message(_read_message(texts) or texts[0])
            frames = [parse_place(place) for place in places[:1]]
            failures.append(make_failed_test(spec[0].strip(), section, "", message, frames))
    return failures


def _read_message(texts: Sequence[str]) -> str:
    """Read what stands between the places: the assertion, with what was expected and what came."""
    indented = [text for text in texts if text[:1].isspace() and not _PLACE.match(text)]
    message = [text.strip() for text in indented if not _FAILED_AT.match(text)]
    return _MESSAGE.sub("", "\n".join(message).strip())
