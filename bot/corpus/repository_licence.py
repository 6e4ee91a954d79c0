"""Name the licence of a repository, and tell whether it is one of those that are allowed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from bot.gates.licence_names import DECLARED, SPDX, name_licence

UNKNOWN = "unknown"
LICENCE_FILE = re.compile(
    r"(?:un)?licen[cs]e(?:[-_.][\w.-]+)?|copying(?:[-_.][\w.-]+)?", re.IGNORECASE
)
MAIN_FILE = re.compile(r"(?:un)?licen[cs]e(?:\.(?:md|txt|rst))?", re.IGNORECASE)
MANIFESTS = frozenset(["pyproject.toml", "setup.py", "setup.cfg", "package.json", "Cargo.toml"])
HEAD_CHARS = 2_000  # of a file, in which it names a licence of its own
OR, AND = re.compile(r" OR ", re.IGNORECASE), re.compile(r" AND ", re.IGNORECASE)
INNERMOST = re.compile(r"\(([^()]*)\)")  # parentheses with none in them
YES, NO = "\0yes", "\0no"  # stand for parentheses that were judged; no licence is called so
SUFFIX = re.compile(r"(?:-only|-or-later|\+)$")
NO_LICENCES = frozenset(["", "NOASSERTION", "NONE", "OTHER", "UNKNOWN"])  # GitHub's words, and ours


def tells_licence(path: str) -> bool:
    """Tell whether a file in the repository's root may name its licence."""
    return bool(LICENCE_FILE.fullmatch(path)) or path in MANIFESTS


def find_licence(files: Mapping[str, str], declared: str = "") -> str:
    """Name the licence by SPDX: by the text of its file, else as GitHub or a manifest has it.

    Where texts of several licences lie side by side, and no manifest says how they hold together,
    they are joined with AND: whoever asks for one of them does not get what another forbids.
    """
    stated = _list_expressions(files)
    texts = {path: text for path, text in files.items() if LICENCE_FILE.fullmatch(path)}
    main = [name_licence(text) for path, text in texts.items() if MAIN_FILE.fullmatch(path)]
    every = [name_licence(text) for _, text in sorted(texts.items())]
    for names in (main, every):
        if known := list(dict.fromkeys(filter(None, names))):
            alike = (each for each in stated if set(known) == _list_names(each))
            return next(alike, _join_all(known))
    if is_licence(declared):
        return declared
    return next(iter(stated), UNKNOWN)


def _list_expressions(files: Mapping[str, str]) -> list[str]:
    """List the licences that manifests declare, several of one joined as they stand there."""
    manifests = [text for path, text in sorted(files.items()) if path in MANIFESTS]
    return [match["names"].strip() for text in manifests for match in DECLARED.finditer(text)]


def _list_names(expression: str) -> set[str]:
    return {name for choice in OR.split(expression) for name in AND.split(choice)}


def _join_all(expressions: Sequence[str]) -> str:
    """Join expressions with AND."""
    if len(expressions) == 1:
        return expressions[0]
    return " AND ".join(f"({each})" if OR.search(each) else each for each in expressions)


def is_licence(name: str) -> bool:
    """Tell whether a word names a licence, and not that there is none, or one without a name."""
    return name.upper() not in NO_LICENCES


def is_allowed(licence: str, allowed: Collection[str]) -> bool:
    """Tell whether the licences that are allowed let one use what stands under this one.

    Of licences joined with OR one must be allowed, of those joined with AND each; AND binds first.
    """
    families = {_name_family(name) for name in allowed} | {YES}

    def judge(expression: str) -> bool:
        choices = (AND.split(choice) for choice in OR.split(expression))
        return any(families.issuperset(map(_name_family, names)) for names in choices)

    while group := INNERMOST.search(licence):
        answer = YES if judge(group[1]) else NO
        licence = f"{licence[: group.start()]}{answer}{licence[group.end() :]}"
    return judge(licence)


def names_other_licence(text: str, allowed: Collection[str]) -> bool:
    """Tell whether a file says in its head that it stands under a licence that is not allowed."""
    stated = SPDX.search(text, 0, HEAD_CHARS)
    return stated is not None and not is_allowed(stated["names"], allowed)


def _name_family(name: str) -> str:
    """Name a licence without its exceptions and later versions, and without case."""
    plain = name.partition(" WITH ")[0].strip()
    return SUFFIX.sub("", plain).casefold()
