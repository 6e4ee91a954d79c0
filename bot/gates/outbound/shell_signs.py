"""Find what new lines of a shell read of the environment, send, decode and run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bot.gates.outbound.sign import Kind, Sign, names_secret

# Where a command stands: at the beginning, behind a separator, or behind what runs another one.
START = (
    r"(?:^|[;&|(`{!]|\$\((?:shell\s)?|\b(?:then|do|else)\s)\s*"
    r"(?:(?:sudo|exec|command|env|nohup|time|timeout\s+\S+|xargs|busybox|\w+=\S*|-\S+)\s+)*(?:[\w./-]*/)?"
)
END = r"(?=[\s;|&)`'\"]|$)"
PATTERNS: tuple[tuple[Kind, str, bool, re.Pattern[str]], ...] = (
    ("environment", "reads the whole environment", False, re.compile(
        rf"{START}(?P<quote>printenv|export\s+-p|declare\s+-[xp]+|compgen\s+-[ve]+|set)\s*(?=[|>&;)]|$)"
        rf"|{START}(?P<quote2>env)\s*(?=[|>&;)]|$)|(?P<quote3>/proc/(?:self|\d+|\$\$|\*)/environ)")),
    ("network", "opens a connection", False, re.compile(
        rf"{START}(?P<quote>curl|wget|nc|ncat|netcat|socat|telnet|ftp|tftp|sftp|scp|rsync|ssh|dig|nslookup"
        rf"|aria2c|httpie|https?|lynx|w3m|mail|sendmail|swaks|websocat){END}"
        r"|(?P<quote2>/dev/(?:tcp|udp)/)|(?P<quote3>openssl\s+s_client)|(?P<quote4>git\s+(?:push|remote\s+(?:add|set-url)))"
        r"|(?P<quote5>(?:gh\s+(?:api|gist|issue|pr)|aws\s+s3|gsutil|az\s+storage|npm\s+publish|twine\s+upload)\b)"
        r"|(?P<quote6>169\.254\.169\.254|metadata\.google\.internal|ACTIONS_ID_TOKEN_REQUEST)")),
    ("execution", "runs what is computed or fetched", False, re.compile(
        rf"\|\s*(?:sudo\s+)?(?P<quote>(?:ba|z|da|k)?sh|python3?|node|perl|ruby|php|source)\b(?!\s+\S+\.\w)"
        rf"|{START}(?P<quote2>eval)\s|(?P<quote3>(?:source|\.|ba?sh|python3?)\s+<\()"
        r"|\b(?P<quote4>(?:ba|z|da)?sh\s+-\w*c)\s|(?P<quote5>(?:ba)?sh\s+<<<)")),
    ("execution", "runs a text as a program", True, re.compile(
        r"\b(?P<quote>(?:python3?|node|perl|ruby|php|deno\s+eval|bun)\s+-\w*[cepr])\s")),
    ("encoding", "encodes or decodes", True, re.compile(
        rf"{START}(?P<quote>base64|base32|xxd|uuencode|uudecode|openssl\s+(?:enc|base64)|od\s+-\w+|hexdump|gpg\s+-\w*[cd]){END}")),
)  # fmt: skip
VARIABLE = re.compile(
    r"\$(?:\{!?|\()?(?P<name>[A-Za-z_]\w*)|%(?P<dos>[A-Za-z_]\w*)%|\$env:(?P<ps>\w+)"
)
INDIRECT = re.compile(r"\$\{!\s*\w+|\$\{!\w+[@*]\}")
DEQUOTED = re.compile(
    r"(?<=\w)(?:''|\"\"|\\(?=[A-Za-z]))|(?:''|\"\")(?=\w)|(?<=\w)\$@(?=\w)|\\(?=[a-z]{2})"
)
SPLIT_WORD = re.compile(r"(?<=[\w])['\"](?=\w)|(?<=\w)['\"](?=[a-z]*['\"][a-z])")
ANSI_C = re.compile(r"\$'((?:\\x[0-9a-fA-F]{2}|\\[0-7]{3}|\w)+)'")
COMMENT = re.compile(r"(?:^|\s)#.*")


def find_shell_signs(lines: Sequence[tuple[int, str]], secrets: Collection[str]) -> Iterator[Sign]:
    """Find the signs on lines of a shell, of a Makefile's or a Dockerfile's commands."""
    for number, line in _join_continued(lines):
        plain = COMMENT.sub("", line)
        texts = {plain, _undo_quotes(plain)}
        for text in sorted(texts):
            yield from _find_on_line(number, text, secrets)


def _find_on_line(number: int, text: str, secrets: Collection[str]) -> Iterator[Sign]:
    for kind, does, is_weak, pattern in PATTERNS:
        found = pattern.search(text)
        if found:
            quote = next(filter(None, found.groups()), found[0]).strip()
            yield Sign(number, kind, quote, does, is_weak)
    if INDIRECT.search(text):
        yield Sign(number, "environment", "a variable by a computed name", "is read")
    for variable in VARIABLE.finditer(text):
        name = next(filter(None, variable.groups()), "")
        if names_secret(name, secrets):
            yield Sign(number, "environment", name, "is read from the environment")


def _undo_quotes(text: str) -> str:
    """Write a word as the shell reads it, which drops quotes and backslashes from its midst."""
    plain = ANSI_C.sub(lambda match: _decode_escapes(match[1]), text)
    plain = DEQUOTED.sub("", plain)
    return re.sub(r"(?<=[a-z])(['\"])([a-z]+)\1|(['\"])([a-z]{1,3})\3(?=[a-z])", r"\2\4", plain)


def _decode_escapes(text: str) -> str:
    def decode(match: re.Match[str]) -> str:
        return chr(int(match[1], 16) if match[1] else int(match[2], 8))

    return re.sub(r"\\x([0-9a-fA-F]{2})|\\([0-7]{3})", decode, text)


def _join_continued(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join a line that a backslash continues with the new lines that follow it."""
    start, text = 0, ""
    for number, line in lines:
        start = start or number
        if line.rstrip().endswith("\\"):
            text += f"{line.rstrip()[:-1]} "
            continue
        yield start, text + line
        start, text = 0, ""
    if text:
        yield start, text
