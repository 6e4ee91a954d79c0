"""Find the family that a request asks for another member of."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from bot.search.commit_index import CommitIndex
from bot.search.diff_excerpt import shorten_diff
from bot.search.families.candidates import (
    Candidate,
    FamilyEvidence,
    FamilySources,
    find_candidates,
    find_listed_candidates,
    weigh_best_files,
)
from bot.search.families.examples import MAX_EXAMPLES, make_examples, rank_members
from bot.search.families.groups import Group, split_name
from bot.search.families.member_additions import MemberAddition, count_places, find_additions
from bot.search.families.past_additions import find_first_commits, find_past_additions
from bot.search.families.request_words import AdditionRequest, read_addition
from bot.search.terms import Query
from bot.values import CodeFamily, Retrieval, SimilarCommit

EXCERPT_CHARS = 2_500  # kept of the diff of the last addition
MESSAGE_CHARS = 1_000
# What classes have in common is told by their base, what definitions of a file have by little.
GROUP_WEIGHTS = MappingProxyType(
    {"classes": 0.4, "definitions": -0.3, "registrations": -0.1, "entries": -0.3}
)
LISTED = frozenset({"registrations", "entries"})  # lines, of which files have many of all kinds
ENOUGH = 1.5  # of what speaks for a family
# Of similar commits, those that added a member: most where the kind is not named, else some.
MOST_ADDED, SOME_ADDED = 0.5, 0.12
HALF_NAMED = 0.5
ENOUGH_UNSAID = 2.2  # where no word says that something new is wanted
MAX_PATHS = 20


def find_family(
    index: CommitIndex,
    request: tuple[str, str],
    query: Query,
    retrieval: Retrieval,
    sources: FamilySources,
) -> CodeFamily | None:
    """Find the family that a request, given as title and text, asks for another member of.

    None where it asks for other work, or for something of which there is no family.
    """
    addition = read_addition(*request)
    if addition is None:
        return None
    past = find_past_additions(index, query)
    candidates = find_candidates(index, addition, retrieval, past, sources)
    group = choose_group(candidates, addition)
    if group is None and addition.says_so and not addition.is_detail:
        candidates = find_listed_candidates(index, addition, retrieval, past, sources)
        group = choose_group(candidates, addition)
    return _describe(index, group, addition, retrieval, sources) if group else None


def choose_group(candidates: Sequence[Candidate], request: AdditionRequest) -> Group | None:
    """Choose the group that most speaks for; None where too little does."""
    best = max(candidates, key=score_candidate, default=None)
    if best is None or not asks_for_member(best, request):
        return None
    return best.group


def score_candidate(candidate: Candidate) -> float:
    """Sum up what speaks for a group."""
    evidence = candidate.evidence
    return (
        0.8 * min(evidence.named, 2.4)
        + 0.6 * evidence.has_head
        + 2.5 * min(evidence.added, 0.6)
        + 0.8 * evidence.near
        + 0.5 * evidence.shaped
        + GROUP_WEIGHTS.get(candidate.group.kind, 0.0)
    )


def asks_for_member(candidate: Candidate, request: AdditionRequest) -> bool:
    """Tell whether enough speaks for a group."""
    evidence = candidate.evidence
    if candidate.group.kind in LISTED and not evidence.has_head:
        return False
    if candidate.group.kind == "definitions" and request.is_detail:
        return False
    if not evidence.has_head and (request.is_detail or not _were_added(evidence)):
        return False
    if changes_member(candidate.group, request):
        return False
    return score_candidate(candidate) >= (ENOUGH if request.says_so else ENOUGH_UNSAID)


def _were_added(evidence: FamilyEvidence) -> bool:
    """Tell whether similar requests added members, where the kind is hardly named or not at all."""
    is_named = evidence.named > HALF_NAMED
    return evidence.added >= (SOME_ADDED if is_named else MOST_ADDED)


def changes_member(group: Group, request: AdditionRequest) -> bool:
    """Tell whether a member gets what is asked for: "add line numbers to footnotes"."""
    for member in group.members:
        terms = frozenset(split_name(member.name)) - group.words.keys()
        if terms and terms <= request.target:
            return True
    return False


def _describe(
    index: CommitIndex,
    group: Group,
    request: AdditionRequest,
    retrieval: Retrieval,
    sources: FamilySources,
) -> CodeFamily:
    near = weigh_best_files(retrieval)
    ranked = rank_members(group, request, near, find_first_commits(index, group.paths))
    chosen = ranked[:MAX_EXAMPLES]
    keys = dict(zip(index.code.paths, index.code.keys, strict=True))
    files = sources.load_symbols([(each.path, keys[each.path]) for each in chosen])
    additions = find_additions(index, group, sources.read_diffs)
    return CodeFamily(
        group.kind,
        group.place,
        len(group.members),
        make_examples(chosen, files),
        _shorten(additions[0]) if additions else None,
        count_places(index, group, additions),
        len(additions),
    )


def _shorten(addition: MemberAddition) -> SimilarCommit:
    commit = addition.commit
    message, paths = commit.message[:MESSAGE_CHARS], commit.paths[:MAX_PATHS]
    return SimilarCommit(commit.sha, message, paths, shorten_diff(addition.diff, EXCERPT_CHARS))
