"""Read a repository's files, and tell what each is for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal, Protocol

from bot.search.grammars import language_of

FILE_BYTES = 1_000_000
TOTAL_BYTES = 64_000_000
BATCH_FILES = 200
LINE_CHARS = 400  # on average, above which nobody wrote the lines by hand

Kind = Literal["code", "text", "docs", "test", "foreign"]


class FileSource(Protocol):
    """The files of one tree."""

    def paths(self) -> Sequence[str]:
        """Return the paths of all files."""

    def read(self, paths: Collection[str]) -> Mapping[str, bytes]:
        """Return the bytes of those paths that are regular files; others are left out."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The files that were read, and those that were not with the reason: "data.bin: binary"."""

    files: Mapping[str, bytes]
    skipped: tuple[str, ...] = ()


def read_files(
    source: FileSource, paths: Iterable[str], total_bytes: int = TOTAL_BYTES
) -> ReadResult:
    """Read text files in the order of the paths, batch by batch, until the total is used up."""
    files: dict[str, bytes] = {}
    skipped: list[str] = []
    read_bytes = 0
    limit = f"over the limit of {total_bytes // 1_000_000} MB read in all"
    for batch in _split_batches(paths):
        if read_bytes >= total_bytes:
            skipped += [f"{path}: {limit}" for path in batch]
            continue
        for path, data in source.read(batch).items():
            read_bytes += len(data)
            if reason := find_unreadable_reason(data):
                skipped.append(f"{path}: {reason}")
            else:
                files[path] = data
    return ReadResult(files, tuple(skipped))


def _split_batches(paths: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(paths)
    while batch := list(islice(remaining, BATCH_FILES)):
        yield batch


def find_unreadable_reason(data: bytes) -> str:
    """Say why nobody would read this file; empty when somebody would."""
    if len(data) > FILE_BYTES:
        return "larger than 1 MB"
    if b"\0" in data:
        return "binary"
    if len(data) > 10 * LINE_CHARS and len(data) > LINE_CHARS * (data.count(b"\n") + 1):
        return "minified"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    return ""


@lru_cache(100_000)  # each path is asked about a few times, one after the other
def kind_of(path: str) -> Kind:
    """Tell what a file is for, by its path; "foreign" is vendored, generated or a lock file."""
    parts = path.lower().split("/")
    name = path.rpartition("/")[2]
    if parts[0] == ".github":
        return "text"
    if FOREIGN_DIRS.intersection(parts[:-1]) or FOREIGN.search(name):
        return "foreign"
    if TEST_DIRS.intersection(parts[:-1]) or parts[0] == "testing" or TEST.search(name):
        return "test"
    if DOCS_DIRS.intersection(parts[:-1]) or DOCS.search(name):
        return "docs"
    return "code" if is_program(path) else "text"


def says_generated(text: str) -> bool:
    """Tell whether the head of a file says that a program wrote it."""
    return GENERATED.search(text, 0, HEAD_CHARS) is not None


def is_program(path: str) -> bool:
    """Tell if the suffix is that of a programming language, whatever the file is for."""
    return bool(language_of(path) or CODE_SUFFIX.search(path))


def find_aside_word(path: str) -> str:
    """Find the word that makes a file secondary to the code that it shows or tells of.

    That is the name of a folder of examples, playgrounds or release notes, or of such a file;
    empty for any other.
    """
    *folders, name = path.lower().split("/")
    for folder in folders:
        if folder in ASIDE_DIRS:
            return folder
    notes = RELEASE_NOTES.match(name)
    return (notes[1] or notes[2]) if notes and not is_program(path) else ""


# fmt: off
ASIDE_DIRS = frozenset([
    "playground", "playgrounds", "example", "examples", "sample", "samples", "demo", "demos",
    "sandbox", "showcase", "changelog", "changelogs", "changes", "whatsnew", "releasenotes",
    "release-notes", "release_notes", "releases", "newsfragments", ".changeset", "announce",
    "benchmark", "benchmarks", "bench",
])
# fmt: on
RELEASE_NOTES = re.compile(
    r"(change-?logs?|changes|history|news|releases?|whatsnew|release[-_]notes)\b.*"
    r"|.*\b(changelog)\b"
)

# Programs in languages without a grammar here: they are ranked with the code, whole.
CODE_SUFFIX = re.compile(
    r"\.(astro|clj|cljs|coffee|cr|cshtml|css|dart|elm|ejs|erb|erl|ex|exs|f90|fs|groovy|haml|hbs"
    r"|hcl|hrl|hs|html|jl|less|lisp|m|ml|mli|mm|nim|pas|pl|pm|proto|ps1|psm1|pug|pyx|pxd|r|razor"
    r"|scss|sass|sql|styl|svelte|tcl|tf|twig|v|vb|vue|xsl|zig)$",
    re.IGNORECASE,
)
# fmt: off
FOREIGN_DIRS = frozenset([
    "vendor", "vendored", "_vendor", "node_modules", "third_party", "3rdparty",
    "thirdparty", "third-party", "extern", "cextern", "externals", "bower_components",
    "site-packages", "dist",
])
# fmt: on
FOREIGN = re.compile(
    r"[.-]min\.(js|css)$|\.(lock|map|snap|svg|po|pot|sum|ipynb|patch|diff)$"
    r"|_pb2(_grpc)?\.pyi?$|\.pb\.(go|cc|h)$|\.(g|generated|designer)\.\w+$"
    r"|^(package-lock\.json|pnpm-lock\.yaml|npm-shrinkwrap\.json)$",
    re.IGNORECASE,
)
HEAD_CHARS = 1_000
GENERATED = re.compile(
    r"^\W*(?:code generated\b|@generated\b|(?:this|automatically|auto-?)\b.{0,60}generated\b"
    r"|generated (?:by|from|file)\b.*\bdo not (?:edit|modify|change)\b"
    r"|.{0,60}\bdo not (?:edit|modify)\b.{0,40}\bgenerated\b)",
    re.IGNORECASE | re.MULTILINE,
)
# fmt: off
TEST_DIRS = frozenset([
    "test", "tests", "__tests__", "__mocks__", "spec", "specs",
    "e2e", "testdata", "test_data", "fixtures", "dts-test", "benchmarks",
])
# fmt: on
TEST = re.compile(
    r"^tests?[_.]|[_.-](test|tests|spec|test-d)\.\w+$|^conftest\.py$|\w(Test|Tests|Spec)\.\w+$"
    r"|[a-z0-9]IT\.\w+$"
)
DOCS_DIRS = frozenset(["doc", "docs", "documentation", "examples", "example"])
DOCS = re.compile(
    r"\.(md|mdx|rst|adoc|txt)$"
    r"|^(changes|changelog|history|authors|contributors|license|copying|news)\b",
    re.IGNORECASE,
)
