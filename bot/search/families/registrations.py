"""Group what is registered in one file: decorated functions, calls alike, entries of a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.search.families.asking_words import ROUTE_WORDS
from bot.search.families.groups import FEWEST_MEMBERS, GENERIC, Group, GroupKind, Member, split_name
from bot.search.symbols import Symbol
from bot.search.terms import stem

FEWEST_ENTRIES = 5
MAX_LINES = 4_000
LINE_CHARS = 300  # a longer line was not written by hand
DECORATED_LINES = 12  # between a decorator and what it decorates
DECORATOR = re.compile(r"\s*(?:@|#\[)(?P<callee>[A-Za-z_][\w.:]*)")
# Calls that make something known: `router.get("/x", ...)`, `root.AddCommand(newList())`.
CALL = re.compile(
    r"\s*(?P<callee>(?:[A-Za-z_]\w*[.])*(?:(?:add|register|include)\w*|get|post|put|delete|patch"
    r"|route|use|command|path|re_path|url|on|handle|HandleFunc))\((?P<arguments>.*)",
    re.IGNORECASE,
)
# A line that opens a table: `LANGUAGES = {`, `const rules: Rule[] = [`, `pub enum Format {`.
TABLE = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<left>[\w \t<>,.*&'\[\]?]+?)(?::[^=]*)?(?<![=!<>]):?=(?!=)[^=]*"
    r"|.*\benum\s+(?P<enum>\w+)[^{]*)[\[{(]\s*$"
)
# As a table of things of one kind is called; settings of one thing are none.
MANY = re.compile(
    r"(?i)(?<!prop)(?<!option)(?<!arg)(?<!param)(?<!setting)s$|(?:map|table|registry)$"
)
OPENINGS = ("{", "[", "(")
ENTRY_NAME = re.compile(r"[^\w\"'`/]*(?:[\"'`](?P<quoted>[^\"'`]+)|(?P<name>[\w./-]+))")
NAME = re.compile(r"[A-Za-z_]\w*")
# Decorators that say how a thing behaves, and not of which kind it is.
PLAIN_DECORATORS = re.compile(
    r"(?:property|(?:static|class|abstract)method|overrid\w*|overload|dataclass|cached_property"
    r"|functools|typing|pytest|test|inline|derive|cfg|allow|must_use|doc|deprecated|suppress\w*"
    r"|nullable|nonnull|wraps|lru_cache|cache|contextmanager|\w+\.setter|final|autowired)\b",
    re.IGNORECASE,
)
HTTP = re.compile(
    r"(?:get|post|put|delete|patch|head|route|handlefunc|\w*mapping|path|re_path|url)$"
)
REGISTERING = frozenset(map(stem, ["add", "register", "include", "on", "use", "handle", "get"]))


def group_registrations(path: str, text: str, symbols: Sequence[Symbol]) -> Iterator[Group]:
    """Group the registrations of a file by what registers them, and the entries by their table."""
    lines = [line if len(line) <= LINE_CHARS else "" for line in text.split("\n")[:MAX_LINES]]
    decorated = _list_decorated(lines, symbols)
    calls = _list_calls(path, lines)
    for callee, members in _group_callees([*decorated, *calls]).items():
        if len(members) >= FEWEST_MEMBERS:
            yield _make_group("registrations", path, callee, members)
    for table, members in _list_tables(path, lines):
        if len(members) >= FEWEST_ENTRIES:
            yield _make_group("entries", path, table, members)


def _make_group(kind: GroupKind, path: str, name: str, members: Sequence[Member]) -> Group:
    words = {term: 1.0 for term in split_name(name) if term not in GENERIC | REGISTERING}
    if kind == "registrations" and HTTP.match(name.rpartition(".")[2].lower()):
        words |= dict.fromkeys(ROUTE_WORDS, 1.0)
    return Group(kind, f"{name} in {path}", tuple(members), words)


def _group_callees(registered: Sequence[tuple[str, Member]]) -> dict[str, list[Member]]:
    """Group by what registers; all methods of HTTP of one router register routes."""
    groups: defaultdict[str, list[Member]] = defaultdict(list)
    for callee, member in registered:
        owner, dot, method = callee.rpartition(".")
        is_route = bool(dot) and HTTP.match(method.lower())
        groups[f"{owner}.route" if is_route else callee].append(member)
    return groups


def _list_decorated(
    lines: Sequence[str], symbols: Sequence[Symbol]
) -> Iterator[tuple[str, Member]]:
    """List the decorators with the definitions below them."""
    starts = {symbol.line: symbol for symbol in reversed(symbols)}
    for number, line in enumerate(lines, 1):
        match = DECORATOR.match(line) if "@" in line or "#[" in line else None
        if match is None or PLAIN_DECORATORS.match(match["callee"]):
            continue
        following = range(number, number + DECORATED_LINES)
        symbol = next((starts[each] for each in following if each in starts), None)
        if symbol:
            member = Member(symbol.last_name, symbol.path, number, symbol.end_line, symbol.kind)
            yield match["callee"].replace("::", "."), member


def _list_calls(path: str, lines: Sequence[str]) -> Iterator[tuple[str, Member]]:
    for number, line in enumerate(lines, 1):
        match = CALL.match(line) if "(" in line else None
        name = ENTRY_NAME.match(match["arguments"]) if match else None
        if match and name:
            yield match["callee"], Member(_read_name(name), path, number, number, "call")


def _list_tables(path: str, lines: Sequence[str]) -> Iterator[tuple[str, list[Member]]]:
    """List the tables with the entries that stand at one indent below their first line."""
    for number, line in enumerate(lines, 1):
        is_opening = line.rstrip().endswith(OPENINGS) and ("=" in line or "enum" in line)
        match = TABLE.match(line) if is_opening else None
        names = NAME.findall(match["enum"] or match["left"]) if match else []
        if match and names and (match["enum"] or MANY.search(names[-1])):
            yield names[-1], list(_list_entries(path, lines, number, len(match["indent"])))


def _list_entries(path: str, lines: Sequence[str], first: int, indent: int) -> Iterator[Member]:
    own_indent = 0
    for number, line in enumerate(lines[first:], first + 1):
        text = line.lstrip()
        if not text:
            continue
        depth = len(line) - len(text)
        own_indent = own_indent or depth
        if depth <= indent:
            return
        name = ENTRY_NAME.match(text)
        if name and depth == own_indent and not text.startswith(("#", "//", "*", "/*")):
            yield Member(_read_name(name), path, number, number, "entry")


def _read_name(match: re.Match[str]) -> str:
    return match["quoted"] or match["name"]
