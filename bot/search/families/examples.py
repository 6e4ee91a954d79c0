"""Choose the members of a family that are most like what is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.search.families.groups import Group, Member, split_name
from bot.search.families.request_words import AdditionRequest
from bot.search.segment import FileSymbols
from bot.values import SearchHit

MAX_EXAMPLES = 2
NAME_WEIGHT = 2.0  # a word of the request in the name
NEAR_WEIGHT = 1.5  # the best file for the request
NEW_WEIGHT = 0.6  # added last
WRAPPERS = frozenset({"module", "namespace"})
SHORT_LINES, LONG_LINES = 5, 250
ODD_WEIGHT = 0.7  # lost for each reason not to follow it


def rank_members(
    group: Group,
    request: AdditionRequest,
    near: Mapping[str, float],
    first: Mapping[str, int],
) -> list[Member]:
    """Rank the members, best first, by their names, their files' ranks in `near`, and their age.

    `first` has the commits in which their files appeared, as far as they are known.
    """
    newest = sorted(set(first.values()))
    ages = {path: newest.index(number) for path, number in first.items()}

    def score(member: Member) -> float:
        age = ages.get(member.path, len(newest))
        return (
            NAME_WEIGHT * _score_name(member, group, request)
            + NEAR_WEIGHT * near.get(member.path, 0.0)
            + NEW_WEIGHT / (1 + age)
            - ODD_WEIGHT * _count_oddities(member)
        )

    return sorted(group.members, key=lambda member: -score(member))


def _score_name(member: Member, group: Group, request: AdditionRequest) -> float:
    """Score the words of a name that the request has, those that all members share aside."""
    terms = set(split_name(member.name)) - group.words.keys()
    shared = sum(min(1.0, request.weights.get(term, 0.0)) for term in terms)
    return float(shared / max(1, len(terms)) ** 0.5)


def _count_oddities(member: Member) -> int:
    """Count why a member is no good example: it is private, very short or very long."""
    lines = member.end_line - member.line
    is_odd = lines > 0 and not SHORT_LINES <= lines <= LONG_LINES
    return is_odd + member.name.startswith("_")


def make_examples(
    members: Sequence[Member], files: Mapping[str, FileSymbols]
) -> tuple[SearchHit, ...]:
    """Make hits of members; of a file, its longest definition stands for it."""
    return tuple(_make_hit(member, files.get(member.path)) for member in members)


def _make_hit(member: Member, file: FileSymbols | None) -> SearchHit:
    if member.line:
        lines = (member.line, member.end_line)
        return SearchHit(member.path, 1.0, (), member.name, member.kind, *lines)
    symbols = [each for each in file.symbols if each.kind not in WRAPPERS] if file else []
    if not symbols:
        return SearchHit(member.path, 1.0)
    depth = min(each.depth for each in symbols)
    tops = [each for each in symbols if each.depth == depth]
    longest = max(tops, key=lambda each: each.end_line - each.line)
    lines = (longest.line, longest.end_line)
    return SearchHit(member.path, 1.0, (), longest.name, longest.kind, *lines)
