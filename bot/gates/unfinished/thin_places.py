"""Tell how much code follows a comment in its block: none, or an answer not worked out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum

OWN_LINE = re.compile(r"\s*(?:#|//(?!/|!)|/\*(?!\*)|--\s)")  # no comment that documents
COMMENT = re.compile(r"\s*(?:#|//|/\*|--\s|\*).*|.*\*/\s*")
TRAILING = re.compile(r"\s+(?:#|//|/\*|--)\s.*$")
IN_LAMBDA = re.compile(r".*\{\s*/\*.*\*/\s*\}")
HEAD = re.compile(r".*(?:\{|:|\bdo|\bthen|\(\s*\w*|->|\||\b(?:def|when|else|rescue)\b.*)\s*")
TYPE_HEAD = re.compile(
    r"\s*(?:[\w@]+ )*(?:class|interface|struct|enum|trait|impl|namespace|module|type|object"
    r"|record)\b"
)
PASSES = re.compile(r"\s*(?:pass|(?:let )?_ = \w+;?)\s*")
IDLE = re.compile(r"\s*(?:pass|break|return|\.\.\.|(?:let )?_ = \w+|del \w+)\s*;?\s*")
LEAVES = re.compile(r"\s*(?:break|continue|return)\s*;?\s*")
SAYS_ONLY = re.compile(
    r"\s*(?:print(?:ln|f)?!?|puts|echo|error_log|console\.\w+|fmt\.Print\w*|System\.\w+\.print\w*"
    r"|Console\.Write\w*|_?\w*log(?:ger|ging)?(?:\.|->|::)?\w*|tracing::\w+|(?:await )?Task\.Delay"
    r"|(?:await )?(?:asyncio|time)\.sleep|await new Promise\(\W*\w+\W*=> ?setTimeout"
    r"|(?:info|warn|debug|error|trace)!)\s*[(\"'].*",
    re.IGNORECASE,
)
# What may stand before a comment that says what was to be done: something empty to fill.
EMPTY_START = re.compile(
    r"\s*(?:(?:const|let|var|val|mut|final|auto|[A-Z]\w*(?:<.*>)?(?:\[\])?)\s+)*\$?\w+"
    r"(?:: [^=]+)?\s*:?=\s*(?:\[\]|\{\}|\w+::new\(\)|new \w+(?:<.*>)?\(\)|\w+\{\}"
    r"|(?:dict|list|set|mutableListOf(?:<.*>)?)\(\))\s*;?|\s*var \w+ \[\]\S+"
)
# An answer, the calls in it that work nothing out, and all else that would.
ANSWER = re.compile(
    r"\s*(?:return\b|(?:res|response|c|w)\.\w+|(?:Ok|Some)\(|vec!|[\w$.:\"'()]+\s*;?\s*$"
    r"|[\[{\"']).*"
)
EMPTY_CALL = re.compile(
    r"[\w.]*\b(?:json|status|sendStatus|WriteHeader|end|ok|noContent|no_content|send|to_string"
    r"|clone|to_owned|to_vec|byte|FromResult|build|new|default|[eE]mpty\w*|of|(?:list|map|set)Of)\(\s*\)?"
)
STRINGS = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
GENERIC = re.compile(r"<[\w, <>\[\]?]*>(?=\()")
WORKS = re.compile(
    r"^\s*[\"'\w-]+\s*:(?!:)|[+*%<>&|?]|!(?!\[)|(?<![:=])=|\S\s[-/]\s"
    r"|(?:^|[^\w.:>])[a-z_]\w*[.:\w]*\(|(?:\.|->)\w+\(|Error|Exception|Err\(|\bcontinue\b"
)
MAX_LINES = 60  # that are looked at before and behind a comment


class Room(IntEnum):
    """How much code follows a comment in its block."""

    CODE = 0
    ANSWER = 1  # that is not worked out
    NOTHING = 2


def measure_room(lines: Sequence[str], first: int, last: int) -> Room:
    """Measure what follows the comment on these lines, counted from 1, in its block."""
    own = lines[first - 1]
    if IN_LAMBDA.match(own):
        return Room.NOTHING
    if not OWN_LINE.match(own):
        return _measure_line(lines, first)
    codes = [*_list_following(lines, last, depth_of(own))] if depth_of(own) else [own]
    if not codes:
        return Room.NOTHING
    return Room.ANSWER if len(codes) == 1 and is_answer(codes[0]) else Room.CODE


def is_alone(lines: Sequence[str], first: int) -> bool:
    """Tell whether a comment begins its block: nothing stands between it and the head of that."""
    if IN_LAMBDA.match(lines[first - 1]):
        return True
    depth = depth_of(lines[first - 1])
    for line in reversed(lines[max(0, first - MAX_LINES) : first - 1]):
        is_passed = any(each.fullmatch(line) for each in (COMMENT, SAYS_ONLY, EMPTY_START))
        if line.strip() and not is_passed:
            code = TRAILING.sub("", line)
            is_head = HEAD.fullmatch(code) and not TYPE_HEAD.match(code)
            return bool(is_head) and depth_of(line) < depth
    return False


def is_answer(code: str) -> bool:
    """Tell whether a line of code answers with what nothing was done for."""
    bare = EMPTY_CALL.sub("(", GENERIC.sub("", STRINGS.sub('""', code))).replace("=>", ":")
    return bool(ANSWER.fullmatch(code)) and not WORKS.search(bare)


def fills_line(line: str) -> bool:
    """Tell whether a line is a comment alone, or has a lambda that is."""
    return bool(OWN_LINE.match(line) or IN_LAMBDA.match(line))


def depth_of(line: str) -> int:
    """Count the columns that a line is indented by; the next star of a comment is set one off."""
    expanded = line.expandtabs(4)
    bare = expanded.lstrip()
    return len(expanded) - len(bare) - bare.startswith("*")


def _measure_line(lines: Sequence[str], number: int) -> Room:
    """Measure the code before a comment on its own line."""
    own = lines[number - 1]
    code = TRAILING.sub("", own)
    if PASSES.fullmatch(code):
        return Room.NOTHING
    if code == own or LEAVES.fullmatch(code) or not is_answer(code):
        return Room.CODE
    following = next((line for line in lines[number : number + MAX_LINES] if line.strip()), "")
    return Room.ANSWER if depth_of(following) < depth_of(own) or not following else Room.CODE


def _list_following(lines: Sequence[str], number: int, depth: int) -> Iterator[str]:
    """List what is done in the rest of a block; what it logs is not."""
    for line in lines[number : number + MAX_LINES]:
        if not line.strip() or COMMENT.fullmatch(line):
            continue
        if depth_of(line) < depth:
            return
        if not IDLE.fullmatch(line) and not SAYS_ONLY.fullmatch(line):
            yield TRAILING.sub("", line)
