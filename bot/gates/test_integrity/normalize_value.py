"""Write the values that tests expect in one way, whichever framework they are written for."""

from __future__ import annotations

import re
from http import HTTPStatus

from bot.gates.test_integrity.expression_scan import TOKEN, strip_parentheses

NOTHINGS = re.compile(r"\b(?:undefined|null|nil|NULL|nullptr)\b")
TRUTHS = re.compile(r"\b(?:true|false)\b")
WRITTEN_TEXT = re.compile(r"(?s)[ruRU]*([bfBF]?)[rR]?[\"'`](.*)[\"'`]")
BRACKETS = "()"
LIST_OF = re.compile(
    r"\b(?:\w{0,30}(?:List|Set|Stream)\.of|Arrays\.asList|listOf|std::vector<[\w:]+>)[({](.*)[)}]$"
)
STATUS = re.compile(
    r"\b(?:http\.Status|HttpStatusCode\.|[Hh][Tt]{2}[Pp]Status\.|StatusCodes?\.)(\w+)"
)
SPLIT_STRING = re.compile(r'"([^"]*)"\.split\(\)')
WRAPPED_NUMBER = re.compile(r'\b(\w+)\("(-?[\d.]+)"\)')


def normalize_value(expected: str) -> str:
    """Write a value as every framework would: without a prefix or brackets, nothing as None."""
    plain = LIST_OF.sub(r"[\1]", strip_parentheses(expected))
    plain = SPLIT_STRING.sub(_write_as_list, plain)
    plain = NOTHINGS.sub("None", WRAPPED_NUMBER.sub(r"\1(\2)", plain))
    plain = STATUS.sub(_write_status, plain)
    plain = TRUTHS.sub(lambda truth: truth[0].capitalize(), plain)
    parts: list[str] = []
    for token in TOKEN.findall(plain):
        text = WRITTEN_TEXT.fullmatch(token)
        content = f'{text[1].lower()}"{text[2]}"' if text else token
        if text and not text[1] and parts and parts[-1].endswith('"'):  # two, side by side
            content = parts.pop()[:-1] + content[1:]
        if token not in BRACKETS:
            parts.append(content)
    return " ".join(parts)


def _write_status(status: re.Match[str]) -> str:
    """Write http.StatusNotFound as 404; a name that HTTP has not stays."""
    name = status[1].replace("_", "").casefold()
    return next(
        (str(each.value) for each in HTTPStatus if each.name.replace("_", "").casefold() == name),
        status[0],
    )


def _write_as_list(split: re.Match[str]) -> str:
    words = ", ".join(f'"{word}"' for word in split[1].split())
    return f"[{words}]"
