"""Look up in the repository what a brief speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.search import Symbol, extract_symbols
from bot.tools.grep_pattern import escape_text
from bot.tools.session import ToolSession
from bot.tools.tree_reader import is_below
from bot.values import Entity

MAX_MATCHES = 2_000
MOST_READ = 100  # files in which definitions are looked for
MOST_NEAR = 3
MIN_PART_CHARS = 3
LIKENESS = 0.7  # of 1: a letter turned, a word more
NAME = re.compile(r"[A-Za-z_$][\w$]*")
PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def verify_entities(session: ToolSession, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """Look each up in the repository; mark one that is missing, with similar names."""
    return tuple(_verify(session, entity) for entity in entities)


def explain_entities(entities: Sequence[Entity]) -> Iterator[str]:
    """Say which are missing though the brief expects them, or exist though it calls them new."""
    for entity in entities:
        if entity.is_unknown:
            near = f" Did you mean {', '.join(entity.near)}?" if entity.near else ""
            yield f"- {_describe_missing(entity)}{near}"
        elif entity.is_new and not entity.is_missing and entity.kind in ("file", "symbol"):
            yield f"- {entity.name} is called new, and is there already."


def _describe_missing(entity: Entity) -> str:
    match entity.kind:
        case "file":
            return f"There is no file {entity.name}."
        case "symbol":
            return f"Nothing in this repository is called {entity.name}."
    return f"The {entity.kind} {entity.name} stands nowhere in the files."


def _verify(session: ToolSession, entity: Entity) -> Entity:
    path = entity.name.strip("/").removeprefix("./") if entity.kind == "file" else ""
    match entity.kind:
        case "file":
            is_there = _has_path(session, path)
        case "symbol":
            is_there, path = _find_definition(session, entity.name)
        case _:
            is_there = _stands_anywhere(session, entity.name)
    if is_there:
        return replace(entity, path=path)
    if entity.is_new:
        return replace(entity, is_missing=True, path=path)
    return replace(entity, is_missing=True, near=tuple(_find_near(session, entity)))


def _has_path(session: ToolSession, path: str) -> bool:
    """Tell whether a file or a folder has this path."""
    return any(
        known == path or is_below(known, path) for known in session.read_tree().files.paths()
    )


def _find_definition(session: ToolSession, name: str) -> tuple[bool, str]:
    """Tell whether something is defined by this name, alone or with its class or module, and the
    file where that is one alone; what is defined nowhere, such as a field, is known where it stands
    in a file.
    """
    last = _last_part(name)
    # A `$` is no sign of a word, so `\b` would not hold beside it.
    word = rf"(^|[^[:alnum:]_]){escape_text(last)}($|[^[:alnum:]_])"
    paths = _grep_paths(session, word) if last else []
    owner = _last_part(name.rpartition(last)[0])
    symbols = [symbol for symbol in _list_symbols(session, paths) if symbol.last_name == last]
    if not symbols or len(paths) > MOST_READ:
        return bool(paths), ""
    homes = {symbol.path for symbol in symbols if _belongs_to(symbol, owner)}
    return bool(homes), min(homes) if len(homes) == 1 else ""


def _list_symbols(session: ToolSession, paths: Sequence[str]) -> Iterator[Symbol]:
    for path, data in session.read_tree().files.read(paths[:MOST_READ]).items():
        yield from extract_symbols(path, data)


def _belongs_to(symbol: Symbol, owner: str) -> bool:
    """Tell whether a definition stands in the class or the module that is named before it."""
    return owner in ("", *symbol.name.split("."), *re.findall(r"\w+", symbol.path))


def _stands_anywhere(session: ToolSession, text: str) -> bool:
    words = text.strip()
    return bool(words) and bool(_grep_paths(session, escape_text(words), 1))


def _find_near(session: ToolSession, entity: Entity) -> list[str]:
    """Find names that are there and look like it; files and definitions alone have some."""
    if entity.kind == "file":
        reader = session.read_tree()
        similar = reader.find_similar_paths(entity.name)
        paths = list(reader.files.paths())
        return (similar or get_close_matches(entity.name, paths, cutoff=LIKENESS))[:MOST_NEAR]
    if entity.kind != "symbol":
        return []
    last = _last_part(entity.name)
    parts = [part for part in PARTS.findall(last) if len(part) >= MIN_PART_CHARS]
    # A letter is wrong at one end of a word at most.
    ends = [end for part in parts for end in (part[:MIN_PART_CHARS], part[-MIN_PART_CHARS:])]
    paths = _grep_paths(session, f"({'|'.join(ends)})") if ends else []
    symbols = list(_list_symbols(session, paths))
    namesakes = sorted({symbol.name for symbol in symbols if symbol.last_name == last})
    names = sorted({symbol.last_name for symbol in symbols})
    return namesakes[:MOST_NEAR] or get_close_matches(last, names, MOST_NEAR, LIKENESS)


def _grep_paths(session: ToolSession, pattern: str, limit: int = MAX_MATCHES) -> list[str]:
    """List the files that hold a match of an extended regular expression."""
    tree = session.read_tree().tree
    matches = session.ports.mirrors.grep(tree, pattern, "", limit)
    return list(dict.fromkeys(match.path for match in matches))


def _last_part(name: str) -> str:
    names = NAME.findall(name)
    return names[-1] if names else ""
