"""Find what new lines of JavaScript or TypeScript read of the environment, send, decode and run."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.gates.outbound.script_patterns import SCRIPT_SIGNS
from bot.gates.outbound.sign import Sign, names_secret

COPIED = re.compile(
    r"(?:\.\.\.|\benv\s*:\s*|Object\.assign\(\{\},\s*)process\.env\b|process\.env\s*="
    r"|delete\s+process\.env|stubEnv|replaceProperty\(process"
)
KEY = re.compile(
    r"(?:process\s*(?:\?\.|\.)\s*env|(?:Deno|Bun)\.env)\s*"
    r"(?:(?:\?\.|\.)\s*(?:get\s*\(\s*['\"`])?(?P<name>\w+)"
    r"|(?:\?\.)?\[\s*(?:['\"`](?P<quoted>\w+)['\"`]|(?P<computed>[^\]]+))\s*\])"
    r"(?P<assigned>\s*\??=(?!=))?"
)
JOINED = re.compile(
    r"(['\"`])((?:(?!\1)[^\\\n]){0,40})\1\s*\+\s*(['\"`])((?:(?!\3)[^\\\n]){0,40})\3"
)
LISTED = re.compile(
    r"\[((?:\s*['\"`][\w.:/-]{0,20}['\"`]\s*,?){2,20})\]\s*\.join\(\s*(?:''|\"\"|``)\s*\)"
)
ESCAPE = re.compile(r"\\x([0-9a-fA-F]{2})|\\u\{?([0-9a-fA-F]{2,6})\}?")
LINE_END = re.compile(r"\n")
UNQUOTE = str.maketrans("", "", "'\"` \n")


def find_script_signs(lines: Sequence[tuple[int, str]], secrets: Collection[str]) -> Iterator[Sign]:
    """Find the signs on lines of a program; those that stand one below the other are read as one.

    A call may go over several lines.
    """
    for block in _group(lines):
        plain = _undo_joins("\n".join(line for _, line in block))
        numbers = [number for number, _ in block]
        starts = [match.end() for match in LINE_END.finditer(plain)]
        for place, sign in (*_find_patterns(plain), *_find_keys(plain, secrets)):
            index = min(bisect_right(starts, place), len(numbers) - 1)
            yield replace(sign, line=numbers[index])


def _find_patterns(text: str) -> Iterator[tuple[int, Sign]]:
    """Find what fits a pattern, each with its place in the text."""
    for signs in SCRIPT_SIGNS:
        for place, sign in signs.find(text):
            is_handed_on = sign.kind == "environment" and _is_copied(text, place)
            yield place, replace(sign, is_weak=sign.is_weak or is_handed_on)


def _find_keys(text: str, secrets: Collection[str]) -> Iterator[tuple[int, Sign]]:
    """Find what is read of the environment by name."""
    for key in KEY.finditer(text):
        name = key["name"] or key["quoted"]
        does = "is read from the environment"
        if key["assigned"]:
            continue
        if key["computed"]:
            is_weak = re.fullmatch(r"\w+", key["computed"]) is not None
            yield key.start(), Sign(0, "environment", "a computed name", does, is_weak)
        elif name and names_secret(name, secrets):
            yield key.start(), Sign(0, "environment", name, does)


def _is_copied(text: str, place: int) -> bool:
    """Tell whether the environment is only handed on to a program, or written."""
    return COPIED.search(text[max(0, place - 30) : place + 24]) is not None


def _undo_joins(text: str) -> str:
    """Write a text that is put together of several as one."""
    text = ESCAPE.sub(_decode, text)
    text = LISTED.sub(_join_list, text)
    for _ in range(20):
        joined = JOINED.sub(lambda match: f"{match[1]}{match[2]}{match[4]}{match[1]}", text)
        if joined == text:
            break
        text = joined
    return text


def _join_list(match: re.Match[str]) -> str:
    return f"'{''.join(re.findall(r'[^,`]', match[1].translate(UNQUOTE)))}'"


def _decode(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if 0x20 < code < 0x7F and chr(code) not in "'\"`\\" else match[0]


def _group(lines: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    for number, line in lines:
        if block and number != block[-1][0] + 1:
            yield block
            block = []
        block.append((number, line))
    if block:
        yield block
