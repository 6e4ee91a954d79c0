"""Find names that a change takes away from users, and the documents that still show them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.change import Change
from bot.gates.documents.function_docs import read_functions
from bot.search.source_files import find_aside_word, kind_of
from bot.values import Finding, GrepMatch

GATE = "docs"
MOST_NAMES = 20
MOST_MENTIONS = 200  # that are looked for
MIN_CHARS = 6
IDENTIFIER = re.compile(r"\w+")
ARGUMENT = re.compile(r"--[\w-]+")
FLAG = re.compile(r"""["'](--[a-z][a-z0-9]+(?:-[a-z0-9]+)*)["'=]""")
OPTION = re.compile(
    r"add_argument|option\b|Option\(|argparse|@click|\.arg\(|\blong\s*=|flags?\b|parser",
    re.IGNORECASE,
)
VARIABLE = re.compile(r"""["']([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)["']""")
DISTINCT = re.compile(r"[a-z0-9]_[a-z0-9]|[a-z][A-Z]|[A-Z][a-z]+[A-Z]")
PAST = re.compile(
    r"remov|deprecat|renam|no longer|former|previous|instead|replac|legacy|versionchanged|used to"
    r"|before version|until version|was called|old name|migrat|upgrad",
    re.IGNORECASE,
)
PAST_PATHS = re.compile(
    r"migrat|upgrad|deprecat|histor|news|release|adr|rfc|blog|archive|proposal|version|breaking|older",
    re.IGNORECASE,
)
DOCUMENTS = re.compile(r"\.(?:md|mdx|rst|adoc|txt)$", re.IGNORECASE)


def find_gone_names(change: Change) -> tuple[str, ...]:
    """Find the functions, options and settings that no changed file has any more."""
    gone: dict[str, None] = {}
    for path in change.code_paths:
        before = change.read_before(path)
        if before is not None and not find_aside_word(path):
            kept = _list_words(change.after[path] or "")
            gone.update(dict.fromkeys(_list_names(path, before, kept)))
    for path, text in change.after.items():
        if gone and text and not _is_document(path):
            words = _list_words(text)
            gone = {name: None for name in gone if name not in words}
    return tuple(gone)[:MOST_NAMES]


def _list_words(text: str) -> set[str]:
    """List the identifiers of a text, and the words of a command line in it."""
    return {*IDENTIFIER.findall(text), *ARGUMENT.findall(text)}


def _list_names(path: str, before: str, kept: set[str]) -> Iterator[str]:
    """List what users could name in a file, without what is kept there."""
    for function in read_functions(path, before):
        name = function.rpartition(".")[2]
        is_distinct = len(name) >= MIN_CHARS and DISTINCT.search(name)
        if is_distinct and name not in kept and not name.startswith(("test", "_")):
            yield name
    lines = before.splitlines()
    for number, line in enumerate(lines):
        flags = FLAG.findall(line) if "--" in line else []
        near = " ".join(lines[max(0, number - 2) : number + 1]) if flags else ""
        names = flags if OPTION.search(near) else []
        yield from (name for name in (*names, *VARIABLE.findall(line)) if name not in kept)


def check_gone_names(change: Change) -> Iterator[Finding]:
    """Find the documents that still show what the change took away."""
    for name in find_gone_names(change):
        mentions = change.mentions.get(name, ())
        is_kept = any(_keeps(change, mention) for mention in mentions)
        if is_kept or len(mentions) >= MOST_MENTIONS:
            continue  # other code has it still, or may
        shown = [mention for mention in mentions if _shows(change, mention, name)]
        for path, text in change.after.items():
            if text and _is_document(path):
                lines = enumerate(text.splitlines(), 1)
                matches = (GrepMatch(path, number, line) for number, line in lines)
                shown += [match for match in matches if _is_shown(match, name)]
        for mention in shown[:2]:
            text = f"This still shows `{name}`, which the change takes away or renames."
            yield Finding(GATE, mention.path, mention.line, text, blocks=False)


def _keeps(change: Change, mention: GrepMatch) -> bool:
    """Tell whether an unchanged file that is no document mentions the name."""
    return mention.path not in change.after and not DOCUMENTS.search(mention.path)


def _shows(change: Change, mention: GrepMatch, name: str) -> bool:
    is_unchanged = mention.path not in change.after and _is_document(mention.path)
    return is_unchanged and _is_shown(mention, name)


def _is_shown(mention: GrepMatch, name: str) -> bool:
    """Tell whether a line of a document shows the name as code, as something that is there."""
    if PAST.search(mention.text):
        return False
    word = re.escape(name)
    code = rf"[`.\s(]{word}\s*\(|`[\w.]*{word}`|::\s*[\w.]*{word}\s*$"
    if name.startswith("--") or name.isupper():
        code = rf"(?<![\w-]){word}(?![\w-])"
    return re.search(code, mention.text) is not None


def _is_document(path: str) -> bool:
    if not DOCUMENTS.search(path) or find_aside_word(path) or PAST_PATHS.search(path):
        return False
    return kind_of(path) == "docs" or "/" not in path
