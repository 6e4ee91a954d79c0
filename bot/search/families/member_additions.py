"""Find the commits that added members of a family, and what changed together with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.search.commit_index import CommitIndex
from bot.search.families.groups import Group, Member, split_name
from bot.search.families.past_additions import find_first_commits
from bot.search.past_commits import WIDE_COMMIT_FILES, tail_of
from bot.search.source_files import kind_of
from bot.values import CommitInfo, Sha, SharedPlace

MAX_DIFFS = 8  # that are read to find the commits that added members
MAX_PLACES = 10
NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
VERSION = re.compile(r"\d+(?:[._]\d+)*")
MADE_FILE = re.compile(r"^diff --git a/.* b/(.*)\nnew file mode", re.MULTILINE)
# A commit that says so gives a member another place or name, or begins the family.
NO_ADDITION = re.compile(
    r"\b(?:renam|refactor|mov(?:e[sd]?|ing)\b|split|extract|clean|revert|reorgani|typo|merge|migrat"
    r"|convert|replac|initial (?:commit|import))",
    re.IGNORECASE,
)
FEW_MEMBERS = 2  # a commit that adds more is no example of how one is added
DEFINES = r"^\+.*\b{name}\b\s*(?:[(:<={{]|extends|implements|$|struct|interface|func)"
NAMES = r"^\+.*(?<!\w){name}(?!\w)"

# Returns the diffs of commits, as far as they can be had.
ReadDiffs = Callable[[Sequence[Sha]], Mapping[Sha, str]]


@dataclass(frozen=True, slots=True)
class MemberAddition:
    """A commit that added a member."""

    member: Member
    commit: CommitInfo
    diff: str


def find_additions(index: CommitIndex, group: Group, read_diffs: ReadDiffs) -> list[MemberAddition]:
    """Find the newest commits that added a member, newest first; their diffs show it."""
    members: dict[int, Member] = {}
    for number, member in _list_likely(index, group):
        members.setdefault(number, member)
    commits = index.commits.load(list(members)[:MAX_DIFFS])
    narrow = {n: each for n, each in commits.items() if len(each.paths) <= WIDE_COMMIT_FILES}
    diffs = read_diffs([commit.sha for commit in narrow.values()])
    additions = (
        MemberAddition(members[number], commit, diffs.get(commit.sha, ""))
        for number, commit in sorted(narrow.items())
    )
    return [each for each in additions if _adds_member(each, group)]


def _list_likely(index: CommitIndex, group: Group) -> list[tuple[int, Member]]:
    """List the commits that may have added each member, newest first."""
    paths = group.paths
    if len(paths) > 1 and 2 * len(paths) >= len(group.members):
        first = find_first_commits(index, paths)
        likely = [(first[each.path], each) for each in group.members if each.path in first]
    else:
        likely = list(_list_mentions(index, group))
    return sorted(likely, key=lambda each: each[0])


def _list_mentions(index: CommitIndex, group: Group) -> Iterator[tuple[int, Member]]:
    """List the oldest commit that changed each member's file and says the words of its name."""
    tails = {f"={tail_of(path)}": path for path in group.paths}
    changed = {
        tails[tail]: set(numbers.tolist())
        for tail, (numbers, _) in index.history.names.match(tails).terms.items()
    }
    terms = {each: set(split_name(each.name)) - group.words.keys() for each in group.members}
    matches = index.history.chunks.match(set().union(*terms.values())).terms
    files = index.history.chunk_files
    naming = {term: set(files[chunks].tolist()) for term, (chunks, _) in matches.items()}
    for member, words in terms.items():
        numbers = set(changed.get(member.path, ()))
        for word in words:
            numbers &= naming.get(word, set())
        if words and numbers:
            yield max(numbers), member


def _adds_member(addition: MemberAddition, group: Group) -> bool:
    """Tell whether a commit adds a member, and not many, or one that was elsewhere before."""
    subject = addition.commit.message.strip().partition("\n")[0]
    if NO_ADDITION.search(subject):
        return False
    new_paths = group.paths.intersection(MADE_FILE.findall(addition.diff))
    if addition.member.path in new_paths:
        return len(new_paths) <= FEW_MEMBERS
    are_files = group.kind in ("files", "folders")
    pattern = NAMES if group.kind in ("registrations", "entries") else DEFINES
    return not are_files and _adds_line(addition.diff, addition.member, pattern)


def _adds_line(diff: str, member: Member, pattern: str) -> bool:
    """Tell whether a diff adds a line to the member's file that defines or names it."""
    _, _, rest = diff.partition(f" b/{member.path}\n")
    part, _, _ = rest.partition("\ndiff --git ")
    return bool(re.search(pattern.format(name=re.escape(member.name)), part, re.MULTILINE))


def count_places(
    index: CommitIndex, group: Group, additions: Sequence[MemberAddition]
) -> tuple[SharedPlace, ...]:
    """Count what changed beside the members, most often first; once is enough of one addition."""
    counts: Counter[str] = Counter()
    changes = Counter(path for addition in additions for path in set(addition.commit.paths))
    repeated = {path for path, count in changes.items() if count > 1}
    for addition in additions:
        counts.update(set(_list_places(addition, group, repeated)))
    least = min(2, len(additions))
    today = {*index.code.paths, *index.tests.paths, *index.texts.paths}
    folders = {path.rpartition("/")[0] for path in today}
    places = [
        SharedPlace(path, count)
        for path, count in counts.items()
        if count >= least and (path in today or _starts_in(path, folders))
    ]
    places.sort(key=lambda place: (-place.commits, place.path))
    return tuple(places[:MAX_PLACES])


def _starts_in(path: str, folders: Collection[str]) -> bool:
    """Tell whether the folder that a path with a star begins with is still there."""
    start, star, _ = path.partition("*")
    folder = start.rpartition("/")[0]
    return bool(star) and (folder in folders or any(f.startswith(f"{folder}/") for f in folders))


def _list_places(
    addition: MemberAddition, group: Group, repeated: Collection[str]
) -> Iterator[str]:
    """List the places that an addition changed, the members of the family aside.

    `repeated` are the files that others changed too: they are the same each time.
    """
    spelled = spell_name(addition.member.name)
    new_paths = set(MADE_FILE.findall(addition.diff))
    are_files = group.kind in ("files", "folders")
    for path in addition.commit.paths:
        is_member = path in group.paths and (are_files or path in new_paths)
        if path != addition.member.path and not is_member:
            yield _generalize(path, spelled, is_new=path in new_paths and path not in repeated)


def spell_name(name: str) -> re.Pattern[str]:
    """Make a pattern for a name in any spelling: `json_lines`, `JsonLines`, `json-lines`."""
    parts = map(re.escape, NAME_PART.findall(name) or [name])
    return re.compile(rf"(?<![A-Za-z]){'[-_. ]?'.join(parts)}(?![a-z])", re.IGNORECASE)


def _generalize(path: str, spelled: re.Pattern[str], *, is_new: bool) -> str:
    """Put a star for the member's name, for the name of a file that is new each time, and for the
    version in the name of a text.
    """
    folder, slash, name = path.rpartition("/")
    general = spelled.sub("*", path)
    if general != path:
        return general
    if is_new and folder:
        _, dot, suffix = name.partition(".")
        return f"{folder}/*{dot}{suffix}"
    is_text = kind_of(path) in ("text", "docs")
    return f"{folder}{slash}{VERSION.sub('*', name)}" if is_text else path
