"""Know the commits that led to one by what they changed; what they say is loaded when needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from bot.search.commit_references import NUMBER
from bot.values import CommitInfo, Sha

WIDE_COMMIT_FILES = 30  # a commit that changed more says nothing of any

# Returns what is known of commits; unknown ones are left out.
LoadCommits = Callable[[Sequence[Sha]], Sequence[CommitInfo]]


class PastCommits:
    """Commits by their number, newest first."""

    def __init__(self, shas: Sequence[Sha], load: LoadCommits) -> None:
        """Begin with nothing loaded."""
        self.shas = shas
        self._load = load
        self._loaded: dict[Sha, CommitInfo] = {}

    def load(self, numbers: Collection[int]) -> dict[int, CommitInfo]:
        """Load these commits at once, those that are not loaded yet; unknown ones are left out."""
        shas = {number: self.shas[number] for number in numbers}
        missing = [sha for sha in shas.values() if sha not in self._loaded]
        if missing:
            self._loaded.update((commit.sha, commit) for commit in self._load(missing))
        loaded = self._loaded
        return {number: loaded[sha] for number, sha in shas.items() if sha in loaded}


class PathResolver:
    """Finds files by the paths of older commits.

    An old path that is gone means the file whose last two parts are the same, if there is only one.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        """Know the paths of this commit."""
        self._paths = paths

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self._paths)}

    @cached_property
    def _tails(self) -> dict[str, int | None]:
        tails: dict[str, int | None] = {}
        for number, path in enumerate(self._paths):
            tail = tail_of(path)
            tails[tail] = None if tail in tails else number
        return tails

    def resolve(self, paths: Iterable[str]) -> list[int]:
        """Return the indices of the files that these old paths mean today."""
        numbers = (self._numbers.get(path, self._tails.get(tail_of(path))) for path in paths)
        return [number for number in numbers if number is not None]


def list_commit_names(commit: CommitInfo) -> list[str]:
    """List what a commit is found by: the files that it changed, and issues that it names.

    Of a commit that changed very many, no file is named.
    """
    is_wide = len(commit.paths) > WIDE_COMMIT_FILES
    tails = [] if is_wide else [f"={tail_of(path)}" for path in commit.paths]
    return [*tails, *(f"#{number}" for number in NUMBER.findall(commit.message))]


def tail_of(path: str) -> str:
    """Return the last two parts of a path."""
    return path[path.rfind("/", 0, max(0, path.rfind("/"))) + 1 :]
