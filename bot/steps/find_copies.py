"""Tell which new lines another repository has word for word, and only where people may know it.

What is told of a repository stands in a pull request of another one. So its name is told only
where GitHub says, at that moment and to its own installation, that it is public. A private one is
told, without its name, in private repositories of the same owner; all others are not told of.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.gates.change import Change
from bot.gates.copied import GATE
from bot.ports import Ports, RateLimited, Refusal, Unreachable
from bot.steps.copied_code import Copy, KnownCode
from bot.text.amounts import count_noun, name_lines
from bot.values import Finding, Repo, Tree

TAKE_UP_S = 20.0  # for the repository's own files; what is left waits for the next change
MOST_COPIES = 5


def find_copied_lines(ports: Ports, tree: Tree, change: Change) -> tuple[Finding, ...]:
    """Find what a change has from other repositories, as advice; and take up the own files, so that
    the changes of others are compared with them.
    """
    if ports.fingerprints is None:
        return ()
    code = KnownCode(ports.fingerprints, ports.mirrors)
    code.take_up(tree, TAKE_UP_S)
    copies = code.find_copies(tree.repo, change)[:MOST_COPIES]
    return tuple(_list_findings(ports, tree.repo, copies)) if copies else ()


def _list_findings(ports: Ports, repo: Repo, copies: tuple[Copy, ...]) -> Iterator[Finding]:
    is_private = _is_private(ports, repo)
    for copy in copies:
        other = copy.file.repository.repo
        match _is_private(ports, other):
            case False:
                yield make_finding(copy, describe_source(copy, other.name))
            case True if is_private and _have_same_owner(repo, other):
                yield make_finding(copy, "a private repository of the same owner")


def _is_private(ports: Ports, repo: Repo) -> bool | None:
    """Ask GitHub whether a repository is private; None where it does not say, or has it no more."""
    try:
        info = ports.repositories.fetch_info(repo)
    except (Refusal, Unreachable, RateLimited):
        return None
    return None if info.disabled else info.private


def _have_same_owner(repo: Repo, other: Repo) -> bool:
    owners = {each.name.partition("/")[0].lower() for each in (repo, other)}
    return len(owners) == 1 and repo.installation == other.installation


def make_finding(copy: Copy, source: str) -> Finding:
    """Make the finding of a copy, from the words for its source."""
    passage = copy.passage
    text = f"{count_noun(passage.lines, 'line')} are word for word those of {source}."
    return Finding(GATE, copy.path, passage.line, text, blocks=False, end_line=passage.end_line)


def describe_source(copy: Copy, name: str) -> str:
    """Describe where the lines stand in a repository of this name, its commit and its licence."""
    passage, file = copy.passage, copy.file
    licence = file.repository.licence
    lines = name_lines(passage.other_line, passage.other_end_line)
    place = f"{name}: {file.path}, {lines}, at {file.repository.sha[:9]}"
    if licence:
        return f"{place}. Its licence: {licence}"
    return f"{place}. No licence of it is known, so nobody may copy it"
