"""Find where in the code to look for an issue, and the past changes that are like it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from rich.text import Text

from bot.ports import Ports, Refusal, Unreachable
from bot.run import Summary, step
from bot.search import (
    FamilySources,
    SearchSources,
    find_family,
    find_quoted_places,
    find_quoted_texts,
    find_similar_commits,
    find_used_types,
    list_candidate_files,
    locate,
    parse_query,
    shorten_diff,
)
from bot.steps.brief_on_pull import PullWords, is_small_on_pull
from bot.steps.brief_rule import says_too_little
from bot.steps.repo_index import RepoIndex, load_repo_index, render_map
from bot.steps.semantic_similarity import make_similarity
from bot.text.terminal_text import strip_control
from bot.values import CommitInfo, Issue, PullEnd, Retrieval, Sha, SimilarCommit, Tree, TreeEntry

MAP_TOKENS = 2_500
MAX_SIMILAR = 3
DIFF_CHARS = 40_000  # read of each similar change
EXCERPT_CHARS = 2_500  # kept of it
MESSAGE_CHARS = 1_000
MAX_PATHS = 20
PULL_ENDS = 50  # of the bot's pull requests that are looked at
MAX_PRECEDENTS = 3
MAX_MAPPED = 10  # files and definitions whose folders are mapped
MAX_DEFINITIONS = 16  # whose types are looked up
READ_BYTES = 8_000_000  # in which quoted texts are looked for
MAX_SHOWN = 4  # paths in the line for people


def _summarize_places(retrieval: Retrieval) -> Summary:
    paths = ", ".join(hit.path for hit in retrieval.files[:MAX_SHOWN])
    return "where to look", Text(strip_control(paths or "nowhere in particular"))


@step("retrieve", _summarize_places)
def retrieve(
    ports: Ports,
    tree: Tree,
    issue: Issue,
    asked: PullWords | None = None,
    merge_base: Tree | None = None,
) -> Retrieval:
    """Find the files, definitions and tests worth reading, best first, with a map around them.

    An empty result is a result. What is asked of a pull request is judged by its diff too.
    """
    index = load_repo_index(ports, tree)
    retrieval = search_repo(ports, tree, index, issue)
    retrieval = _add_exact_places(ports, tree, index, issue, retrieval)
    ends = ports.precedents.list_pull_ends(tree.repo, PULL_ENDS)
    precedents = choose_precedents(ends, [hit.path for hit in retrieval.files])
    hits = (*retrieval.files[:MAX_MAPPED], *retrieval.symbols[:MAX_MAPPED])
    near = {hit.path for hit in hits}
    area = render_map(index, MAP_TOKENS, near)
    retrieval = replace(retrieval, map=area, precedents=precedents)
    retrieval = replace(retrieval, is_asked_too_little=says_too_little(issue, retrieval))
    if asked is None or merge_base is None:
        return retrieval
    diff = ports.mirrors.compare(merge_base, tree.sha)
    return replace(retrieval, needs_brief=not is_small_on_pull(asked, diff, retrieval))


def choose_precedents(ends: Sequence[PullEnd], paths: Collection[str]) -> tuple[PullEnd, ...]:
    """Choose the ends to learn from: first those of changes to the same files, then the newest."""
    telling = [end for end in ends if end.teaches]

    def count_shared(end: PullEnd) -> int:
        return sum(file.path in paths for file in end.files)

    return tuple(sorted(telling, key=count_shared, reverse=True)[:MAX_PRECEDENTS])


def search_repo(
    ports: Ports, tree: Tree, index: RepoIndex, issue: Issue, limit: int = 20
) -> Retrieval:
    """Find places in the code, and the past commits most like the issue with their diffs' heads."""
    # What was done for it before names it.
    query = parse_query(issue.title, f"{_join_texts(issue)}\n\n#{issue.number}")
    commits = find_similar_commits(index.commit_index, query, MAX_SIMILAR)
    diffs = _read_diffs(ports, tree, [commit.sha for commit in commits])
    sources = SearchSources(
        index.cache.load_symbols,
        partial(_read_files, ports, tree, index),
        diffs,
        make_similarity(ports, tree, index.cache),
    )
    retrieval = locate(index.commit_index, query, sources, limit)
    similar = [_shorten_commit(commit, diffs[commit.sha]) for commit in commits]
    family = find_family(
        index.commit_index,
        (issue.title, _join_texts(issue)),
        query,
        retrieval,
        FamilySources(sources.load_symbols, sources.read_files, partial(_read_diffs, ports, tree)),
    )
    return replace(retrieval, similar=tuple(similar), family=family)


def _join_texts(issue: Issue) -> str:
    return "\n\n".join([issue.body, *(comment.body for comment in issue.comments)])


def _add_exact_places(
    ports: Ports, tree: Tree, index: RepoIndex, issue: Issue, retrieval: Retrieval
) -> Retrieval:
    """Add where the texts stand that the issue quotes, and the types that the definitions use."""
    commit_index = index.commit_index
    lookups = list_candidate_files(commit_index, find_quoted_texts(issue.title, _join_texts(issue)))
    definitions = retrieval.symbols[:MAX_DEFINITIONS]
    paths = dict.fromkeys(hit.path for hit in definitions)
    for lookup in lookups:
        paths.update(dict.fromkeys(lookup.paths))
    files = _read_files(ports, tree, index, list(paths))
    best_paths = [hit.path for hit in retrieval.files]
    return replace(
        retrieval,
        quoted=find_quoted_places(lookups, files, best_paths),
        types=find_used_types(commit_index.code, definitions, files, index.cache.load_symbols),
    )


def _read_files(
    ports: Ports, tree: Tree, index: RepoIndex, paths: Sequence[str]
) -> dict[str, bytes]:
    """Read the first of these files, so many bytes of them."""
    chosen: list[TreeEntry] = []
    room = READ_BYTES
    for entry in filter(None, map(index.entries.get, paths)):
        room -= entry.size
        if room < 0:
            break
        chosen.append(entry)
    blobs = ports.mirrors.blobs(tree, [entry.sha for entry in chosen])
    return {entry.path: blobs[entry.sha] for entry in chosen if entry.sha in blobs}


def _read_diffs(ports: Ports, tree: Tree, shas: Sequence[Sha]) -> dict[Sha, str]:
    """Read the diffs; what a mirror lacks of them is fetched, worth having and not failing for."""
    diffs = {sha: ports.mirrors.change(tree, sha, DIFF_CHARS) for sha in shas}
    if not all(diffs.values()):
        with suppress(Refusal, Unreachable):
            remote = ports.credentials.fetch_remote(tree.repo)
            ports.mirrors.fetch_changes(tree, remote, shas)
        diffs = {sha: ports.mirrors.change(tree, sha, DIFF_CHARS) for sha in shas}
    return {sha: diff.rpartition("\n")[0] for sha, diff in diffs.items()}


def _shorten_commit(commit: CommitInfo, diff: str) -> SimilarCommit:
    message, paths = commit.message[:MESSAGE_CHARS], commit.paths[:MAX_PATHS]
    return SimilarCommit(commit.sha, message, paths, shorten_diff(diff, EXCERPT_CHARS))
