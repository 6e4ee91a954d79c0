"""Find the repository's guidance for contributors, and render it as its readers see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from bot.search.source_files import kind_of
from bot.text import extract_visible, strip_invisible
from bot.text.amounts import count_noun
from bot.tools.request_sections.section import render_section
from bot.tools.tree_files import TreeFiles

FOR_AGENTS = (
    "AGENTS.md",
    "CLAUDE.md",
    ".github/copilot-instructions.md",
    "GEMINI.md",
    ".cursorrules",
)
MAX_GUIDES = 3  # beside those for agents
MAX_FOLDERS = 3  # that lead to a guide
FILE_CHARS = 7_000
ALL_CHARS = 16_000
PARSED_BYTES = 200_000
ALIKE_CHARS = 1_000  # of two guides that begin so alike one is enough
MARKDOWN = frozenset(["", ".md", ".markdown", ".mdx"])
TEXTS = MARKDOWN | {".rst", ".txt", ".adoc", ".asciidoc"}
GUIDE = re.compile(
    r"(?:how[-_]to[-_])?(?:contributing|contribute|contribution)(?![a-z])"
    r"|contributors?[-_]guide(?![a-z])",
    re.IGNORECASE,
)
GUIDE_FOLDER = re.compile(
    r"(?:^|/)(?:contributing|contribute|contributors?[-_]guide)/_?(?:index|readme|overview)\.\w+$",
    re.IGNORECASE,
)
# Names that speak of less; guides by the names above come before them.
OTHER_GUIDE = re.compile(
    r"(?:^|/)(?:hacking|developing|development|developers?|(?:development|developers?|dev)[-_]guide"
    r"|(?:code|coding)[-_](?:style|guidelines|conventions|standards)|style[-_]?guide"
    r"|(?:hacking|development|development[-_]guide)/_?(?:index|readme|overview|quickstart))"
    r"\.\w+$|(?:^|/)HACKING$",
    re.IGNORECASE,
)
# A link of git, or a text that names only where the guide stands.
INCLUDE = re.compile(r"\s*(?:\.\. include::|include::|@)?\s*[\w./-]+\.(?:md|rst|txt|adoc)\s*")
README = re.compile(r"readme(?:\.\w+)?", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
UNDERLINE = re.compile(r"^([=\-~^\"'+*#])\1{2,}\s*$")
ABOUT = re.compile(r"contribut|develop|hacking|running (the )?tests", re.IGNORECASE)
# A comment of reStructuredText: two dots, and the indented lines below.
RST_COMMENT = re.compile(
    r"^\.\.(?: (?![\w:|\[_-].*(?:::|\]|_))[^\n]*)?\n(?:(?:[ \t]+[^\n]*)?\n)*", re.MULTILINE
)


def render_guidance(instructions: str, guides: Mapping[str, str]) -> Iterator[str]:
    """Render the instructions for this bot, then the guides; say so when there is none."""
    title = "The repository's instructions for this bot"
    yield render_section(title, instructions.split("\n"), ALL_CHARS)
    room = ALL_CHARS
    for path, text in guides.items():
        title = f"The repository's guidance, {path}"
        rest = f"read_file {path.partition(',')[0]} shows them"
        section = render_section(title, text.split("\n"), min(room, FILE_CHARS), rest)
        room -= len(section)
        yield section
    if not guides:
        yield (
            "The repository has no guidance for contributors: there is no AGENTS.md or CLAUDE.md, "
            "no CONTRIBUTING, HACKING or DEVELOPMENT file at the root, in .github or in the docs, "
            "and no such section in a README."
        )


def read_guides(files: TreeFiles, paths: Sequence[str], near: Sequence[str] = ()) -> dict[str, str]:
    """Read the guides by their paths; where there is none, the README's section on contributing.

    A guide for agents counts in the folders that lead to the files in `near`, too.
    """
    known = set(paths)
    chosen = [path for path in FOR_AGENTS if path in known][:2]
    chosen += [path for path in _list_near_guides(near) if path in known][:2]
    guides = sorted(filter(_is_guide, paths), key=_rank_guide)
    most = len(chosen) + MAX_GUIDES
    chosen += guides[: 2 * MAX_GUIDES]
    texts: dict[str, str] = {}
    beginnings = set()
    for path, data in _read_in_order(files, chosen).items():
        text = render_visible(path, data)
        beginning = " ".join(text.split())[:ALIKE_CHARS]
        if not beginning or INCLUDE.fullmatch(text) or beginning in beginnings:
            continue
        if len(texts) < most:
            texts[path] = text
            beginnings.add(beginning)
    return texts if guides else {**texts, **_read_readme_section(files, paths)}


def _rank_guide(path: str) -> tuple[bool, int, str]:
    """Rank those that are guides by their name before others, and the root's first."""
    return OTHER_GUIDE.search(path) is not None, path.count("/"), path


def _list_near_guides(near: Sequence[str]) -> list[str]:
    folders = {
        str(folder): None for path in near for folder in PurePosixPath(path).parents if folder.name
    }
    return [f"{folder}/{FOR_AGENTS[0]}" for folder in folders]


def _is_guide(path: str) -> bool:
    pure = PurePosixPath(path)
    is_text = pure.suffix.lower() in TEXTS and path.count("/") <= MAX_FOLDERS
    is_named = GUIDE.match(pure.name) or GUIDE_FOLDER.search(path) or OTHER_GUIDE.search(path)
    return bool(is_text and is_named and kind_of(path) not in ("foreign", "test"))


def _read_in_order(files: TreeFiles, paths: Sequence[str]) -> dict[str, bytes]:
    contents = files.read(paths)
    return {path: contents[path] for path in paths if path in contents}


def render_visible(path: str, data: bytes) -> str:
    """Render a text as its reader sees it: without comments and invisible characters."""
    text = data[:PARSED_BYTES].decode("utf-8", "replace")
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in MARKDOWN:
        text = extract_visible(text)
    elif suffix == ".rst":
        text = RST_COMMENT.sub("", text)
    elif suffix in (".adoc", ".asciidoc"):
        text = re.sub(r"(?m)^//(?!//).*\n?", "", text)
    text = strip_invisible(text)
    if len(data) > PARSED_BYTES:
        text += f"\n(cut: {count_noun(len(data) - PARSED_BYTES, 'more byte')})"
    return text


def _read_readme_section(files: TreeFiles, paths: Sequence[str]) -> Mapping[str, str]:
    readmes = [path for path in paths if README.fullmatch(path)]
    for path, data in _read_in_order(files, sorted(readmes)).items():
        lines = render_visible(path, data).split("\n")
        if section := _cut_section(lines):
            return {f"{path}, a section of it": "\n".join(section)}
    return {}


def _cut_section(lines: Sequence[str]) -> list[str]:
    """Cut out the first section whose heading speaks of contributing, with those inside it."""
    headings = list(_find_headings(lines))
    for index, (start, level, title) in enumerate(headings):
        if ABOUT.search(title):
            later = (line for line, depth, _ in headings[index + 1 :] if depth <= level)
            return list(lines[start : next(later, len(lines))])
    return []


def _find_headings(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Find headings as line, level and title; an underline's level is when its sign came first."""
    signs: list[str] = []
    for number, line in enumerate(lines):
        heading = HEADING.match(line)
        if heading:
            yield number, len(heading[1]), heading[2]
        elif number and lines[number - 1].strip() and UNDERLINE.match(line):
            if line[0] not in signs:
                signs.append(line[0])
            yield number - 1, signs.index(line[0]) + 1, lines[number - 1]
