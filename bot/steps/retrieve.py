"""Here lives retrieval: where in the code to look for an issue, and what the repository says of
itself.
"""

from __future__ import annotations

import json
from dataclasses import replace

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.search import find_similar_commits, locate
from bot.steps.checkout import Files
from bot.steps.repo_index import RepoIndex, load_repo_index, render_map
from bot.steps.semantic_similarity import alike
from bot.text.terminal_text import strip_control
from bot.values import CommitInfo, Issue, Retrieval, SearchHit, SimilarCommit, Tree

GUIDANCE = (
    "AGENTS.md",
    "CLAUDE.md",
    "CONTRIBUTING.md",
    ".github/CONTRIBUTING.md",
    "docs/CONTRIBUTING.md",
)
MAP_TOKENS = 2_500
GUIDANCE_CHARS = 8_000  # each file
SUBJECTS = 12
SIMILAR = 3
DIFF_CHARS = 4_000  # of each similar change
MESSAGE_CHARS = 1_000
MOST_PATHS = 20
MOST_SHOWN = 4  # paths in the line for people


def _summarize_places(retrieval: Retrieval) -> Summary:
    paths = ", ".join(hit.path for hit in retrieval.files[:MOST_SHOWN])
    return "where to look", Text(strip_control(paths or "nowhere in particular"))


@step("retrieve", _summarize_places)
def retrieve(ports: Ports, tree: Tree, issue: Issue) -> Retrieval:
    """The files, symbols and tests worth reading for the issue, best first. An empty result is a
    result.
    """
    remarks = "\n\n".join(remark.body for remark in issue.comments)
    known = load_repo_index(ports, tree)
    clues = search_repo(ports, tree, known, issue.title, f"{issue.body}\n\n{remarks}")
    return replace(clues, map=render_map(known, MAP_TOKENS))


def search_repo(
    ports: Ports, tree: Tree, known: RepoIndex, title: str, body: str, top: int = 20
) -> Retrieval:
    """Places in the code, and the past commits most like the request with the beginnings of their
    diffs.
    """
    meaning = alike(ports, tree, known.notebook)
    clues = locate(known.commit_index, title, body, known.notebook.leaves, top, meaning)
    past = find_similar_commits(known.commit_index, title, body, SIMILAR)
    return replace(clues, similar=tuple(_precedent(ports, tree, commit) for commit in past))


def _precedent(ports: Ports, tree: Tree, past: CommitInfo) -> SimilarCommit:
    diff = ports.mirrors.change(tree, past.sha, DIFF_CHARS)
    return SimilarCommit(past.sha, past.message[:MESSAGE_CHARS], past.paths[:MOST_PATHS], diff)


def request(
    ports: Ports, tree: Tree, issue: Issue, clues: Retrieval, wish: str, instructions: str
) -> str:
    """All that a job starts from, as JSON: data for the model, told by whom."""
    files = Files(ports.mirrors, tree)
    told = {
        "map": clues.map,  # first, for it is the same for every issue of this commit
        "issue": {
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "asked_by": issue.author,
        },
        "asked_with_the_command": wish,
        "comments": [
            {"by": remark.author, "at": remark.at, "text": remark.body} for remark in issue.comments
        ],
        "look_at": {
            "files": [_file(clue) for clue in clues.files[:12]],
            "symbols": [_symbol(clue) for clue in clues.symbols[:16]],
            "tests": [clue.path for clue in clues.tests[:8]],
        },
        "similar_changes": [_similar(it) for it in clues.similar],
        "guidance": _guidance(files),
        "instructions_of_the_repository": instructions,
        "recent_commits": list(ports.mirrors.subjects(tree, SUBJECTS)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _file(clue: SearchHit) -> str:
    return f"{clue.path} ({'; '.join(clue.why)})" if clue.why else clue.path


def _symbol(clue: SearchHit) -> str:
    return f"{clue.path}:{clue.line}-{clue.end_line} {clue.kind} {clue.name}"


def _similar(it: SimilarCommit) -> dict[str, object]:
    told: dict[str, object] = {
        "commit": it.sha[:12],
        "message": it.message,
        "files": list(it.paths),
    }
    return told | ({"diff": it.diff} if it.diff else {})


def _guidance(files: Files) -> dict[str, str]:
    """From the default branch only: what a pull request says of itself guides nobody."""
    found = files.read(GUIDANCE)
    return {path: text.decode("utf-8", "replace")[:GUIDANCE_CHARS] for path, text in found.items()}
