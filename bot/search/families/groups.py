"""Group files and definitions that are of one kind: siblings in a folder, classes of one base."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.search.symbols import Symbol
from bot.search.terms import split_terms, split_word, stem

FEWEST_MEMBERS = 3
AFFIX_SHARE = 0.5  # of the members that share a word, for it to name the kind
FOLDER_WEIGHTS = (1.0, 0.6, 0.4)  # of the words of a folder, its parent and the parent of that
FILE_WEIGHT = 0.9  # of the words of a file that holds all members
CLASS_KINDS = frozenset({"class", "interface", "struct", "object"})
# Files that stand beside the members of a kind, and are none.
ASIDE_STEM = re.compile(
    r"_?_?(?:index|init|main|mod|base|common|utils?|helpers?|types?|lib|version)_?_?$",
    re.IGNORECASE,
)
# Folders and affixes that say nothing of a kind.
_GENERIC = """
src source lib core internal pkg util helper common main python java javascript org com io js ts
package crate app base abstract generic mod module index init class object impl interface file
mixin default github
"""
GENERIC = frozenset(map(stem, _GENERIC.split()))
# Bases that classes of many kinds have.
_COMMON_BASES = """
object ABC Protocol Generic NamedTuple TypedDict Enum IntEnum StrEnum Object Serializable Cloneable
Comparable Iterable Exception Error RuntimeException type dict list str int
"""
COMMON_BASES = frozenset(_COMMON_BASES.split())
TYPE_ARGUMENTS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
PYTHON_BASES = re.compile(r"\(([^()]*)\)?")
OTHER_BASES = re.compile(r"(?:\bextends\b|\bimplements\b|:|<(?=\s))(.*)")
BASE_NAME = re.compile(r"[A-Za-z_][\w.]*(?!\s*=)\b")
BASE_NOISE = re.compile(
    r"\b(?:public|private|protected|virtual|extends|implements|where\b.*|with)\b|\w+\s*=\s*[\w.]+|\(.*?\)"
)

GroupKind = Literal["files", "folders", "classes", "definitions", "registrations", "entries"]


@dataclass(frozen=True, slots=True)
class Member:
    """One of a kind: a file, the main file of a folder, or a definition with its lines."""

    name: str
    path: str
    line: int = 0
    end_line: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Members of one kind; `place` is their folder, their base or their file."""

    kind: GroupKind
    place: str
    members: tuple[Member, ...]
    words: Mapping[str, float]  # terms that name the kind, with their weights

    @property
    def paths(self) -> frozenset[str]:
        """The files of the members."""
        return frozenset(member.path for member in self.members)


def group_siblings(paths: Iterable[str]) -> Iterator[tuple[GroupKind, str, list[str]]]:
    """Group files in a folder by their suffix, and folders in a folder by a file that each has."""
    files: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    folders: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        stem, _, suffix = name.partition(".")
        if not ASIDE_STEM.match(stem):
            files[folder, suffix].append(path)
        parent, _, own = folder.rpartition("/")
        if own and (ASIDE_STEM.match(stem) or own in name):
            folders[parent, name.replace(own, "*")].append(path)
    for (folder, _), members in files.items():
        if len(members) >= FEWEST_MEMBERS:
            yield "files", folder, members
    for (parent, _), members in folders.items():
        if len(members) >= FEWEST_MEMBERS:
            yield "folders", parent, members


@lru_cache(10_000)
def weigh_folder(folder: str) -> tuple[tuple[str, float], ...]:
    """Weigh the words of a folder's name and of those around it."""
    weights: dict[str, float] = {}
    names = [name for name in folder.split("/") if not GENERIC.issuperset(split_word(name))]
    for name, weight in zip(reversed(names), FOLDER_WEIGHTS, strict=False):
        for term in split_terms(name.replace("-", " ")):
            if term not in GENERIC:
                weights.setdefault(term, weight)
    return tuple(weights.items())


def make_siblings(kind: GroupKind, folder: str, paths: Sequence[str]) -> Group:
    """Make the group of these files, or of the folders that they are the main files of."""
    members = tuple(Member(_name_file(path, kind), path) for path in sorted(paths))
    words = dict(weigh_folder(folder)) | weigh_affixes([member.name for member in members])
    return Group(kind, folder, members, words)


def _name_file(path: str, kind: GroupKind) -> str:
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if kind == "folders" else name.partition(".")[0]


def weigh_affixes(names: Sequence[str]) -> dict[str, float]:
    """Find the words that most names begin or end with: they say what the members are."""
    counts: Counter[str] = Counter()
    for name in names:
        terms = split_name(name)
        if len(terms) > 1:
            counts.update({terms[0], terms[-1]})
    enough = max(2, AFFIX_SHARE * len(names))
    return {term: 1.0 for term, count in counts.items() if count >= enough and term not in GENERIC}


@lru_cache(50_000)
def split_name(name: str) -> tuple[str, ...]:
    """Split a name into its parts, without the whole."""
    parts = [split_word(word) for word in re.split(r"[^\w]+", name)]
    return tuple(term for part in parts for term in (part[:-1] if len(part) > 1 else part))


def parse_bases(symbol: Symbol) -> tuple[str, ...]:
    """Read the names of the bases and interfaces from a definition's signature."""
    if symbol.kind not in CLASS_KINDS:
        return ()
    _, _, rest = symbol.signature.partition(symbol.last_name)
    rest = TYPE_ARGUMENTS.sub("", TYPE_ARGUMENTS.sub("", rest))
    pattern = PYTHON_BASES if symbol.path.endswith((".py", ".pyi", ".pyx")) else OTHER_BASES
    bases = pattern.search(rest)
    if bases is None:
        return ()
    names = BASE_NAME.findall(BASE_NOISE.sub(" ", bases[1]))
    last_names = [name.rpartition(".")[2] for name in names]
    return tuple(dict.fromkeys(name for name in last_names if name not in COMMON_BASES))


def make_classes(base: str, symbols: Sequence[Symbol]) -> Group:
    """Make the group of the classes of a base."""
    members = tuple(map(_make_member, symbols))
    words = {term: 1.0 for term in split_name(base) if term not in GENERIC}
    words |= weigh_affixes([member.name for member in members])
    return Group("classes", base, members, _add_file_words(words, members))


def make_definitions(path: str, symbols: Sequence[Symbol]) -> Group:
    """Make the group of the definitions of one file."""
    members = tuple(map(_make_member, symbols))
    words = weigh_affixes([member.name for member in members])
    return Group("definitions", path, members, _add_file_words(words, members))


def _add_file_words(words: Mapping[str, float], members: Sequence[Member]) -> dict[str, float]:
    """Add the words of the one file or folder that holds all members."""
    paths = {member.path for member in members}
    weights = dict(words)
    if len(paths) == 1:
        stem = next(iter(paths)).rpartition("/")[2].partition(".")[0]
        for term in split_name(stem):
            if term not in GENERIC:
                weights.setdefault(term, FILE_WEIGHT)
    folders = {path.rpartition("/")[0] for path in paths}
    if len(folders) == 1 and len(paths) > 1:
        for term, weight in weigh_folder(next(iter(folders))):
            weights.setdefault(term, weight * FILE_WEIGHT)
    return weights


def _make_member(symbol: Symbol) -> Member:
    return Member(symbol.last_name, symbol.path, symbol.line, symbol.end_line, symbol.kind)
