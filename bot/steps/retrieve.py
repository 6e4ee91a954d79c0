"""Find where in the code to look for an issue, and the past changes that are like it."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.search import find_similar_commits, locate, parse_query
from bot.steps.repo_index import RepoIndex, load_repo_index, render_map
from bot.steps.semantic_similarity import make_similarity
from bot.text.terminal_text import strip_control
from bot.values import CommitInfo, Issue, Retrieval, SimilarCommit, Tree

MAP_TOKENS = 2_500
MAX_SIMILAR = 3
DIFF_CHARS = 4_000  # of each similar change
MESSAGE_CHARS = 1_000
MAX_PATHS = 20
MAX_SHOWN = 4  # paths in the line for people


def _summarize_places(retrieval: Retrieval) -> Summary:
    paths = ", ".join(hit.path for hit in retrieval.files[:MAX_SHOWN])
    return "where to look", Text(strip_control(paths or "nowhere in particular"))


@step("retrieve", _summarize_places)
def retrieve(ports: Ports, tree: Tree, issue: Issue) -> Retrieval:
    """Find the files, definitions and tests worth reading, best first, with a map around them.

    An empty result is a result.
    """
    index = load_repo_index(ports, tree)
    retrieval = search_repo(ports, tree, index, issue)
    hits = (*retrieval.files, *retrieval.symbols, *retrieval.tests)
    near = {hit.path for hit in hits}
    return replace(retrieval, map=render_map(index, MAP_TOKENS, near))


def search_repo(
    ports: Ports, tree: Tree, index: RepoIndex, issue: Issue, limit: int = 20
) -> Retrieval:
    """Find places in the code, and the past commits most like the issue with their diffs' heads."""
    body = "\n\n".join([issue.body, *(comment.body for comment in issue.comments)])
    similarity = make_similarity(ports, tree, index.cache)
    query = parse_query(issue.title, body)
    retrieval = locate(index.commit_index, query, index.cache.load_symbols, limit, similarity)
    commits = find_similar_commits(index.commit_index, query, MAX_SIMILAR)
    return replace(retrieval, similar=tuple(_with_diff(ports, tree, commit) for commit in commits))


def _with_diff(ports: Ports, tree: Tree, commit: CommitInfo) -> SimilarCommit:
    diff = ports.mirrors.change(tree, commit.sha, DIFF_CHARS)
    return SimilarCommit(commit.sha, commit.message[:MESSAGE_CHARS], commit.paths[:MAX_PATHS], diff)
