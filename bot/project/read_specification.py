"""Read a specification back from its Markdown, where a person may have edited it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from bot.project.findings import list_names
from bot.project.languages import LANGUAGE_NAME
from bot.project.render_specification import FOR_DEVELOPMENT, KIND_NAME
from bot.project.specification_sections import Section, list_items, split_sections
from bot.text import as_code_span
from bot.values.project import FileOutline, Library, ProjectKind, ProjectLanguage, Specification

MAX_CHARS = 100_000
SHOWN_CHARS = 80
FACT = re.compile(r"^\**(language|runtime|kind|licen[cs]e)\**\s*:\**\s*(.*)$", re.IGNORECASE)
LIBRARY = re.compile(
    r"^`?(?P<name>@?[\w./\[\],-]*\w\]?)`?"
    r"(?:\s*(?P<version>[\^~v=<>!@]*[ ]?\d[\w.*+!,<>=~^-]*))?"
    r"(?:\s*\((?P<facts>[^()]*)\))?\s*(?:(?:[:\u2013\u2014]|--?\s)\s*(?P<why>.*))?$"
)
FILE = re.compile(
    r"^(?:`(?P<quoted>[^`]+)`|(?P<plain>[^\s:`]+))"
    r"\s*(?:(?:[:\u2013\u2014#]|--?\s)\s*(?P<purpose>.*))?$"
)
RELEASED = re.compile(r"(?:released\s+)?(?:on\s+)?(\d{4}-\d\d-\d\d)")
NO_LIBRARY = re.compile(r"(?:none|no |nothing|n/a|-$)", re.IGNORECASE)
LANGUAGES: MappingProxyType[ProjectLanguage, re.Pattern[str]] = MappingProxyType(
    {
        "python": re.compile(r"python|py\b", re.IGNORECASE),
        "typescript": re.compile(r"typescript|ts\b", re.IGNORECASE),
        "javascript": re.compile(r"javascript|js\b|node", re.IGNORECASE),
        "go": re.compile(r"go\b|golang", re.IGNORECASE),
    }
)
KINDS: MappingProxyType[ProjectKind, re.Pattern[str]] = MappingProxyType(
    {
        "library": re.compile(r"\b(?:library|package|module)\b", re.IGNORECASE),
        "service": re.compile(r"\b(?:web|service|server|api|site|app)\b", re.IGNORECASE),
        "command": re.compile(
            r"\b(?:command|cli|program|script|tool|game|terminal)\b", re.IGNORECASE
        ),
    }
)
T = TypeVar("T", ProjectLanguage, ProjectKind)


class UnreadableSpecification(ValueError):
    """The text lacks something without which nothing can be built; its words say what."""


def read_specification(text: str) -> Specification:
    """Read the Markdown of `render_specification` as a person may have left it.

    What stands under a heading of another name becomes a detail of the implementation; what is
    struck out is left out. Raises UnreadableSpecification with a sentence that says what to mend.
    """
    if len(text) > MAX_CHARS:
        raise UnreadableSpecification(
            f"The specification has {len(text):,} characters; at most {MAX_CHARS:,} are read. "
            "Shorten it."
        )
    title, sections = split_sections(text)
    if not title:
        raise UnreadableSpecification("The specification has no title: begin it with `# Title`.")
    facts, other_facts = _read_facts(_list_of(sections, "facts"))
    language = _choose(LANGUAGES, LANGUAGE_NAME, "language", facts.get("language", ""))
    kind = _choose(KINDS, KIND_NAME, "kind", facts["kind"]) if facts.get("kind") else "command"
    return Specification(
        title=title,
        overview=_join_overview(sections),
        language=language,
        runtime=facts.get("runtime") or LANGUAGE_NAME[language],
        kind=kind,
        libraries=tuple(_read_libraries(_list_of(sections, "libraries"))),
        features=_list_of(sections, "features"),
        files=tuple(map(_read_file, _list_of(sections, "files"))),
        details=(*other_facts, *_list_of(sections, "details"), *_list_others(sections)),
        licence=facts.get("licence", ""),
    )


def _list_of(sections: Iterable[Section], topic: str) -> tuple[str, ...]:
    items: list[str] = []
    for section in sections:
        if section.topic == topic:
            items += list_items(section.lines)
    return tuple(items)


def _join_overview(sections: Iterable[Section]) -> str:
    texts = ("\n".join(each.lines).strip() for each in sections if each.topic == "overview")
    overview = "\n\n".join(filter(None, texts))
    if not overview:
        raise UnreadableSpecification(
            "The specification does not say what is to be built: write it below the title."
        )
    return overview


def _list_others(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        if not section.topic:
            for item in list_items(section.lines):
                yield f"{section.heading}: {item}"


# --- facts ----------------------------------------------------------------------------------------


def _read_facts(items: Iterable[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read the facts by their names, and list the items that are no facts."""
    facts: dict[str, str] = {}
    others = []
    for item in items:
        if match := FACT.match(item):
            facts[match[1].lower().replace("license", "licence")] = match[2].strip()
        else:
            others.append(item)
    return facts, tuple(others)


def _choose(
    patterns: Mapping[T, re.Pattern[str]], names: Mapping[T, str], what: str, text: str
) -> T:
    """Choose what the words mean, by the first pattern that is in them."""
    known = list_names(list(names.values()))
    if not text:
        raise UnreadableSpecification(
            f"The specification does not name its {what}: write `{what.capitalize()}:` and one of "
            f"{known} under `Language and runtime`."
        )
    for value, pattern in patterns.items():
        # C is no Go, and JavaScript is no Java: a language stands at the beginning.
        if pattern.match(text) if what == "language" else pattern.search(text):
            return value
    raise UnreadableSpecification(
        f"The {what} {as_code_span(text[:SHOWN_CHARS])} is not known. Choose one of {known}."
    )


# --- lists ----------------------------------------------------------------------------------------


def _read_libraries(items: Iterable[str]) -> Iterator[Library]:
    for item in items:
        if NO_LIBRARY.match(item):
            continue
        match = LIBRARY.match(item)
        if match is None:
            raise UnreadableSpecification(
                f"The line {as_code_span(item[:SHOWN_CHARS])} under the libraries names none: "
                "write it as `name`: why it is used."
            )
        facts = [fact.strip() for fact in (match["facts"] or "").split(",") if fact.strip()]
        yield _make_library(match["name"], match["version"] or "", match["why"] or "", facts)


def _make_library(name: str, version: str, why: str, facts: list[str]) -> Library:
    dates = [match[1] for fact in facts if (match := RELEASED.fullmatch(fact))]
    rest = [fact for fact in facts if not RELEASED.fullmatch(fact)]
    licences = [fact for fact in rest if not _is_for_development(fact)]
    return Library(
        name,
        why.strip(),
        version=version.strip(),
        licence=", ".join(licences),
        released=next(iter(dates), ""),
        is_dev=any(map(_is_for_development, rest)),
    )


def _is_for_development(fact: str) -> bool:
    return fact.lower() in (FOR_DEVELOPMENT, "development", "dev", "for tests", "tests")


def _read_file(item: str) -> FileOutline:
    match = FILE.match(item)
    if match is None:
        raise UnreadableSpecification(
            f"The line {as_code_span(item[:SHOWN_CHARS])} under the file structure names no path: "
            "write it as `path`: what the file is for."
        )
    return FileOutline(match["quoted"] or match["plain"], (match["purpose"] or "").strip())
