"""Here lives retrieval: where in the code to look for an issue, and what the repository says of itself."""

from __future__ import annotations

import json

from bot.source import layout, locate
from bot.steps.checkout import Files
from bot.steps.know import know
from bot.values import Clue, Clues, Issue, Tree
from bot.world import World

GUIDANCE = ("AGENTS.md", "CLAUDE.md", "CONTRIBUTING.md", ".github/CONTRIBUTING.md", "docs/CONTRIBUTING.md")
LAYOUT_CHARS = 6_000
GUIDANCE_CHARS = 8_000  # each file
SUBJECTS = 12


def retrieve(world: World, tree: Tree, issue: Issue) -> Clues:
    """The files, symbols and tests worth reading for the issue, best first. An empty result is a result."""
    remarks = "\n\n".join(remark.body for remark in issue.remarks)
    known = know(world, tree)
    return locate(known.knowledge, issue.title, f"{issue.body}\n\n{remarks}", known.notebook.leaves)


def request(world: World, tree: Tree, issue: Issue, clues: Clues, wish: str, instructions: str) -> str:
    """All that a job starts from, as JSON: data for the model, told by whom."""
    files = Files(world.git, tree)
    told = {
        "issue": {"number": issue.number, "title": issue.title, "body": issue.body, "asked_by": issue.author},
        "asked_with_the_command": wish,
        "comments": [{"by": remark.author, "at": remark.at, "text": remark.body} for remark in issue.remarks],
        "look_at": {
            "files": [_file(clue) for clue in clues.files[:12]],
            "symbols": [_symbol(clue) for clue in clues.symbols[:16]],
            "tests": [clue.path for clue in clues.tests[:8]],
        },
        "layout": layout(files.paths(), LAYOUT_CHARS),
        "guidance": _guidance(files),
        "instructions_of_the_repository": instructions,
        "recent_commits": list(world.git.subjects(tree, SUBJECTS)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _file(clue: Clue) -> str:
    return f"{clue.path} ({'; '.join(clue.why)})" if clue.why else clue.path


def _symbol(clue: Clue) -> str:
    return f"{clue.path}:{clue.line}-{clue.end_line} {clue.kind} {clue.name}"


def _guidance(files: Files) -> dict[str, str]:
    """From the default branch only: what a pull request says of itself guides nobody."""
    found = files.read(GUIDANCE)
    return {path: text.decode("utf-8", "replace")[:GUIDANCE_CHARS] for path, text in found.items()}
