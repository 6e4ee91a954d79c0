"""Find what new lines of JavaScript or TypeScript read of the environment, send, decode and run."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.gates.outbound.sign import Kind, Sign, names_secret

MODULE = (
    r"(?:require|import|from|getBuiltinModule|createRequire\([^)]{0,80}\))"
    r"\s*\(?\s*['\"`](?:node:)?"
)
PATTERNS: tuple[tuple[Kind, str, bool, re.Pattern[str]], ...] = (
    ("network", "opens a connection", True, re.compile(
        rf"{MODULE}(?P<quote>https?|http2|net|dns|dns/promises|tls|dgram|undici|axios|node-fetch|got|ws|request"
        r"|superagent|ky|needle|socket\.io-client|ssh2|nodemailer|cross-fetch|phin|bent)['\"`]")),
    ("network", "opens a connection", False, re.compile(
        r"(?<![\w.])(?P<quote>fetch)\s*\(|\b(?P<quote2>sendBeacon)\s*\(|\bnew\s+(?P<quote3>XMLHttpRequest|WebSocket|EventSource)\b"
        r"|\b(?P<quote4>(?:https?|axios|got|undici|net|tls|dns)\.(?:get|request|post|put|connect|createConnection|resolve\w*|lookup))\s*\("
        r"|(?P<quote5>(?:globalThis|window|global|self)\s*(?:\.|\[\s*['\"`])\s*fetch)|(?P<quote6>169\.254\.169\.254|ACTIONS_ID_TOKEN_REQUEST)"
        r"|\b(?P<quote7>Deno\.connect|Bun\.connect)\b")),
    ("execution", "runs a program", False, re.compile(
        rf"{MODULE}(?P<quote>child_process|execa|shelljs|cross-spawn|zx|worker_threads|vm|repl|inspector)['\"`]"
        r"|(?<![\w.])(?P<quote2>exec(?:File)?Sync|spawnSync|execaCommand|execaSync)\s*\(|\b(?P<quote3>Deno\.(?:run|Command)|Bun\.spawn\w*)\b"
        r"|\b(?P<quote4>process\.(?:binding|dlopen|_linkedBinding))\b")),
    ("execution", "runs a computed text", False, re.compile(
        r"(?<![\w.$])(?P<quote>eval)\s*\(|\(\s*0\s*,\s*(?P<quote2>eval)\s*\)|\b(?:new\s+)?(?P<quote3>Function)\s*\(\s*['\"`\w]|\b(?P<quote4>vm\.run\w*|runInThisContext|runInNewContext)\b"
        r"|\.(?P<quote5>constructor)\s*\(\s*['\"`]|\[\s*['\"`](?P<quote6>constructor|eval|Function|require|exec|fetch)['\"`]\s*\]"
        r"|\bset(?:Timeout|Interval)\s*\(\s*(?P<quote7>['\"`])")),
    ("execution", "loads a module by a computed name", False, re.compile(
        r"(?<![\w.$])(?P<quote>require|import)\s*\(\s*(?![`'\"/)]|\.\.?/|path\b|resolve\b|join\b|\w+\s*[,)])[^)]{0,200}(?:\+|\[|atob|from|join|reverse|replace|decode)")),
    ("execution", "is another name for loading modules", False, re.compile(
        r"(?:const|let|var)\s+\w+\s*=\s*(?P<quote>require|eval)\s*[;,\n]|=\s*(?P<quote2>module\.constructor|process\.mainModule)\b")),
    ("encoding", "encodes or decodes", True, re.compile(
        r"(?<![\w.])(?P<quote>atob|btoa|unescape)\s*\(|(?P<quote2>Buffer\.from)\s*\([^)]{0,200}['\"`](?:base64|hex|base64url)['\"`]"
        r"|toString\s*\(\s*['\"`](?P<quote3>base64|hex|base64url)['\"`]|\b(?P<quote4>String\.fromCharCode)\s*\((?:[^,)]*,){4}")),
    ("environment", "reads the whole environment", False, re.compile(
        r"(?<![\w.$])(?P<quote>process\s*(?:\?\.|\.)\s*env)\b(?!\s*(?:\?\.|\.)\s*\w|\s*(?:\?\.)?\[|\s*[,}]?\s*\)\s*\.replace)"
        r"|(?P<quote2>process\s*(?:\?\.)?\[\s*['\"`]env['\"`]\s*\])|\b(?P<quote3>(?:Deno|Bun)\.env(?:\.toObject)?)\b(?!\.get|\.\w)"
        r"|\{[^{}]{0,200}\b(?P<quote4>env)\b[^{}]{0,200}\}\s*=\s*(?:globalThis\.)?process\b|import\s*\{[^}]{0,200}\b(?P<quote5>env)\b[^}]{0,200}\}\s*from\s*['\"`](?:node:)?process"
        r"|(?:globalThis|global)\s*\[\s*['\"`](?P<quote6>process)['\"`]\s*\]|(?P<quote7>/proc/self/environ)")),
)  # fmt: skip
COPIED = re.compile(
    r"(?:\.\.\.|\benv\s*:\s*|Object\.assign\(\{\},\s*)process\.env\b|process\.env\s*=|delete\s+process\.env|stubEnv|replaceProperty\(process"
)
KEY = re.compile(
    r"(?:process\s*(?:\?\.|\.)\s*env|(?:Deno|Bun)\.env)\s*(?:(?:\?\.|\.)\s*(?:get\s*\(\s*['\"`])?(?P<name>\w+)|(?:\?\.)?\[\s*(?:['\"`](?P<quoted>\w+)['\"`]|(?P<computed>[^\]]+))\s*\])(?P<assigned>\s*\??=(?!=))?"
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
COMMENT = re.compile(r"(?<![:'\"`\\])//.*|^\s*\*.*|/\*.*?\*/")


def find_script_signs(lines: Sequence[tuple[int, str]], secrets: Collection[str]) -> Iterator[Sign]:
    """Find the signs on lines of a program; those that stand one below the other are read as one.

    A call may go over several lines.
    """
    for block in _group(lines):
        plain = _undo_joins("\n".join(COMMENT.sub("", line) for _, line in block))
        numbers = [number for number, _ in block]
        starts = [match.end() for match in LINE_END.finditer(plain)]
        for place, sign in (*_find_patterns(plain), *_find_keys(plain, secrets)):
            index = min(bisect_right(starts, place), len(numbers) - 1)
            yield replace(sign, line=numbers[index])


def _find_patterns(text: str) -> Iterator[tuple[int, Sign]]:
    """Find what fits a pattern, each with its place in the text."""
    for kind, does, is_weak, pattern in PATTERNS:
        for match in pattern.finditer(text):
            quote = " ".join(next(filter(None, match.groups()), match[0]).split())
            is_handed_on = kind == "environment" and _is_copied(text, match)
            yield match.start(), Sign(0, kind, quote, does, is_weak or is_handed_on)


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


def _is_copied(text: str, found: re.Match[str]) -> bool:
    """Tell whether the environment is only handed on to a program, or written."""
    around = text[max(0, found.start() - 30) : found.end() + 12]
    return COPIED.search(around) is not None


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
