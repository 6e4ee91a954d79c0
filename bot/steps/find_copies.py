"""Tell which new lines another repository has word for word, and only where people may know it.

What is told of a repository stands in a pull request of another one. So its name is told only
where GitHub says, at that moment and to its own installation, that it is public. A private one is
told, without its name, in private repositories of the same owner; all others are not told of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.gates.change import Change
from bot.gates.copied import GATE
from bot.ports import Ports, Refusal, Unreachable
from bot.steps.copied_code import Copy, KnownCode
from bot.text.amounts import count_noun, name_lines
from bot.values import Finding, Repo, Tree

TAKE_UP_S = 20.0  # for the repository's own files; what is left waits for the next change
MOST_COPIES = 5


def find_copied_lines(ports: Ports, tree: Tree, change: Change) -> tuple[Finding, ...]:
    """Find what a change has from other repositories, as advice; and take up the own files, so that
    the changes of others are compared with them.

    Nothing is said before all of them are: what the repository has itself accuses nobody.
    """
    if ports.fingerprints is None:
        return ()
    code = KnownCode(ports.fingerprints, ports.mirrors)
    if not code.take_up(tree, TAKE_UP_S):
        return ()
    readers = Readers(ports, tree.repo)
    copies = code.find_copies(tree.repo, change, readers.may_know)[:MOST_COPIES]
    return tuple(make_finding(copy, readers.describe(copy)) for copy in copies)


@dataclass(slots=True)
class Readers:
    """Those who read the pull requests of a repository, and what they may know of others."""

    ports: Ports
    repo: Repo
    _is_private: dict[Repo, bool | None] = field(default_factory=dict)

    def may_know(self, source: Repo) -> bool:
        """Tell whether they may know that another repository has some code."""
        is_private = self._ask(source)
        if is_private:
            return self._ask(self.repo) is True and _have_same_owner(self.repo, source)
        return is_private is False

    def describe(self, copy: Copy) -> str:
        """Describe where the lines stand, in words that they may read."""
        repository = copy.file.repository.repo
        if self._ask(repository):
            return "a private repository of the same owner"
        return describe_source(copy, repository.name)

    def _ask(self, repo: Repo) -> bool | None:
        """Ask GitHub whether a repository is private; None where it does not say, or has it no more
        for the App.
        """
        if repo not in self._is_private:
            try:
                info = self.ports.repositories.fetch_info(repo)
                self._is_private[repo] = None if info.disabled else info.private
            except (Refusal, Unreachable):
                self._is_private[repo] = None
        return self._is_private[repo]


def _have_same_owner(repo: Repo, source: Repo) -> bool:
    owners = {each.name.partition("/")[0].lower() for each in (repo, source)}
    return len(owners) == 1 and repo.installation == source.installation


def make_finding(copy: Copy, source: str) -> Finding:
    """Make the finding of a copy, from the words for its source."""
    passage = copy.passage
    text = f"{count_noun(passage.lines, 'line')} are word for word those of {source}."
    if copy.more_lines:
        text += f" {count_noun(copy.more_lines, 'line')} more of this file stand there, too."
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
