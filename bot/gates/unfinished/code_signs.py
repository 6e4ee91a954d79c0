"""Find lines that stand in for code not written: errors that say so, excuses, made-up data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.gates.unfinished.work_words import DEED

UNWRITTEN = (
    r"(?:\W*(?:todo|fixme|tbd)\b[^\"'`]*|[^\"'`]{0,60}\b(?:not|isn't|n't)(?: been)?(?: yet)?"
    r" implemented(?: yet)?\b[^\"'`]{0,40}|\W*(?:implement (?:me|this|later)|unimplemented"
    r"|coming soon)\b[^\"'`]*|\W*(?:placeholder|stub)\W*"
    r"|[^\"'`]{0,40}\b(?:coming soon|(?:to|would|will) be implemented|unimplemented)(?: here)?\W*)"
)
QUOTED = rf"(?:[fbrFBR$@]*[\"'`]{UNWRITTEN}[\"'`])"
CALLED = r"\s*(?:\(\s*)?"


class CodeSign(NamedTuple):
    """A pattern of lines that stand in for code not written, and what such a line does instead."""

    pattern: re.Pattern[str]
    what: str
    suffixes: tuple[str, ...] = ()  # of the files that it is looked for in; all, when empty


STOPS = "It stops where code should be"
ANSWERS_UNWRITTEN = "It answers that it is not written"
MADE_UP_DATA = "Made-up data stands for the real"
EMPTY_TEST = "This test proves nothing"
SIGNS = (
    CodeSign(re.compile(r"\b(?:todo|unimplemented)!\s*[(\[{]"), STOPS, (".rs",)),
    CodeSign(
        re.compile(r"(?<![\w.])TODO\(\s*(?:\"[^\"]*\")?\s*\)"),
        STOPS,
        (".kt", ".kts"),
    ),
    CodeSign(re.compile(r"(?<!\S)\?\?\?(?!\S)"), STOPS, (".scala", ".sc")),
    CodeSign(
        re.compile(r"\bnew (?:System\.)?NotImplementedException\("),
        STOPS,
        (".cs",),
    ),
    CodeSign(
        re.compile(rf"\braise\s+(?:\w*(?:Error|Exception)\b{CALLED},?\s*)?{QUOTED}", re.IGNORECASE),
        STOPS,
    ),
    CodeSign(
        re.compile(rf"\bthrow\s+(?:new\s+)?[\w.\\]*{CALLED}{QUOTED}", re.IGNORECASE),
        STOPS,
    ),
    CodeSign(
        re.compile(
            rf"\b(?:panic|fatalError|preconditionFailure|die|abort|log\.(?:Fatal|Panic)\w*"
            rf"|Promise\.reject"
            rf"|unreachable)!?\(\s*(?:new \w+\()?{QUOTED}",
            re.IGNORECASE,
        ),
        STOPS,
    ),
    CodeSign(
        re.compile(
            rf"\b(?:errors\.New|fmt\.Errorf|anyhow!|bail!|Err)\(\s*(?:[\w:.]+\(\s*)*{QUOTED}",
            re.IGNORECASE,
        ),
        STOPS,
    ),
    CodeSign(
        re.compile(
            rf"\b(?:Write\w*|http\.Error|send|json|end)\((?:\w+,\s*)?(?:\[\]byte\("
            rf"|\{{\s*\w+:\s*)?{QUOTED}"
            r"|\b(?:status|sendStatus|WriteHeader|abort|HTTPException"
            r"|status_code\s*=)\W{0,2}(?:http\.)?"
            r"(?:status_code\s*=\s*)?(?:status\.)?(?:501\b|StatusNotImplemented\b"
            r"|HTTP_501_NOT_IMPLEMENTED)",
            re.IGNORECASE,
        ),
        ANSWERS_UNWRITTEN,
    ),
    CodeSign(
        re.compile(rf"^\s*(?:\.\.\.|pass)\s*#\s*{DEED}\b", re.IGNORECASE),
        "It does nothing where code should be",
        (".py",),
    ),
    CodeSign(
        re.compile(
            r">\s*(?:\w+ ){1,4}placeholder\s*<"
            r"|>\s*[\w ]{2,40} (?:goes|will go|comes|will be|coming) (?:here|soon)\s*<"
            r"|[\"'`>][^\"'`<>]{0,40}\b(?:under construction|coming soon)\b[^\"'`<>]{0,20}[\"'`<]",
            re.IGNORECASE,
        ),
        "This text stands for what should be there",
    ),
    CodeSign(
        re.compile(
            rf"\b(?:print(?:ln|f)?!?|puts|echo|console\.\w+|fmt\.Print\w*|System\.out\.print\w*"
            rf"|Console\.Write\w*|\w*(?:[eE]rror|[mM]essage|[tT]oast|[nN]otify)\w*|logger?\.\w+"
            rf"|logging\.\w+|click\.echo|typer\.echo|alert|var_dump)"
            rf"{CALLED}{QUOTED}",
            re.IGNORECASE,
        ),
        "It only says that it is not written",
    ),
    CodeSign(
        re.compile(
            rf"\breturn\s+[(\[{{]?\s*(?:[\"']?\w+[\"']?\s*[:=]\s*)?{QUOTED}\s*[)\]}}]?;?\s*$",
            re.IGNORECASE,
        ),
        ANSWERS_UNWRITTEN,
    ),
    CodeSign(
        re.compile(
            r"^\s*(?:(?:export\s+)?(?:const|let|var|final|static|private|public|readonly|val"
            r"|self\.|this\."
            r"|\w+\[\]\s)\s*)*[\w<>\[\]]*\s*(?:mock|dummy|fake|placeholder)_?(?:data|users?"
            r"|items?|response"
            r"|results?|posts?|products?|orders?|records?|entries|rows|todos?|tasks?|messages?"
            r"|weather"
            r"|prices?|db|database)\w*\s*(?::[^=]{1,60})?(?::?=)\s*(?:[\[{(]|new\b|make\b|vec!"
            r"|list|dict|map)",
            re.IGNORECASE,
        ),
        MADE_UP_DATA,
    ),
    CodeSign(
        re.compile(
            r"\breturn\s+(?:self\.|this\.)?(?:mock|dummy|fake|placeholder)_?(?:data|response"
            r"|results?|value"
            r"|users?|items?|posts?|products?)\w*\b",
            re.IGNORECASE,
        ),
        MADE_UP_DATA,
    ),
    CodeSign(re.compile(r"\blorem ipsum\b", re.IGNORECASE), "Made-up text stands for the real"),
)
EXPLAINS = re.compile(
    r"subclass|overrid|abstract|derived|must (?:be )?implement|should (?:be )?implement|support"
    r"|platform"
    r"|instead|requires|available|windows|backend|must define|child class|concrete",
    re.IGNORECASE,
)
HINT = re.compile(
    r"todo|implement|comes? here|will be here|unimplemented|coming soon|placeholder|stub|\?\?\?"
    r"|501|under construction|goes here|pass\b|\.\.\.|mock|dummy|fake|lorem ipsum|fixme|tbd",
    re.IGNORECASE,
)


TEST_SIGNS = (
    CodeSign(
        re.compile(
            r"\b(?:it|test)(?:\.\w+)?\(\s*[\"'`].*[\"'`]\s*,\s*(?:async\s*)?(?:\(\w*\)\s*=>"
            r"|function\s*\(\w*\))"
            r"\s*\{\s*\}\s*\)|\b(?:it|test)\.todo\("
        ),
        EMPTY_TEST,
    ),
    CodeSign(
        re.compile(
            rf"\b(?:pytest\.skip|\w+\.(?:Skip|skip|Fatal|SkipTest)\w*|skip|fail)\(\s*{QUOTED}",
            re.IGNORECASE,
        ),
        EMPTY_TEST,
    ),
)
TEST_HINT = re.compile(r"\b(?:it|test)\b|skip|fail|fatal", re.IGNORECASE)
STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'|`[^`]*`")


def find_code_sign(line: str, path: str) -> str:
    """Say what a line of code does instead of the work; empty when it does none of that."""
    if not HINT.search(line) or any(map(EXPLAINS.search, STRINGS.findall(line))):
        return ""
    return next(_find_all(SIGNS, line, path.lower()), "")


def find_test_sign(line: str, path: str) -> str:
    """Say what a line of a test does instead of a proof; empty when it does none of that."""
    if not TEST_HINT.search(line):
        return ""
    return next(_find_all(TEST_SIGNS, line, path.lower()), "")


def _find_all(signs: Sequence[CodeSign], line: str, path: str) -> Iterator[str]:
    for sign in signs:
        if (not sign.suffixes or path.endswith(sign.suffixes)) and sign.pattern.search(line):
            yield sign.what
