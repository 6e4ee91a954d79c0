"""Find the repositories that somebody wants in the corpus: by name, as folders, or all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from bot.adapters.corpus.corpus_database import CorpusDatabase
from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.adapters.corpus.repository_sources import RemoteAccess
from bot.adapters.git.fetching_mirrors import NAME
from bot.adapters.git.git_errors import NoRepositoryError
from bot.adapters.git.repository_folder import find_repository
from bot.corpus.corpus_records import CorpusRepository
from bot.values.found_repository import FoundRepository

PATH = re.compile(r"[~/.]|.*/$")  # how people write that they mean a folder


class UnknownTargetError(Exception):
    """What was asked for is no repository; the text says so of each."""


@dataclass(frozen=True, slots=True)
class CorpusTargets:
    """Finds repositories in the database, on the disk and by their names."""

    folder: CorpusFolder
    database: CorpusDatabase
    access: RemoteAccess

    def choose(self, wanted: Sequence[str]) -> list[CorpusRepository]:
        """Choose what was named, each once, in that order. Raises UnknownTargetError."""
        chosen: dict[str, FoundRepository] = {}
        mistakes = []
        for word in dict.fromkeys(wanted):
            try:
                repository = self._find(word, list(chosen.values()))
                chosen[repository.key] = repository
            except NoRepositoryError as mistake:
                mistakes.append(str(mistake))
        if mistakes:
            raise UnknownTargetError("\n".join(mistakes))
        return self._save(list(chosen.values()))

    def choose_all(self) -> list[CorpusRepository]:
        """Choose what was found and is not cloned, and every mirror, which is read in place."""
        mirrors = list(self._list_mirrors())
        present = {mirror.name_with_owner for mirror in mirrors}
        records = self.database.fetch_repositories()
        with_text = filter(self.folder.has_text, records)
        present |= {record.repository.name_with_owner for record in with_text}
        missing = [
            record
            for record in records
            if record.repository.source == "github"
            and record.repository.name_with_owner not in present
        ]
        return [*self._save(mirrors), *missing]

    def _find(self, word: str, chosen: Sequence[FoundRepository]) -> FoundRepository:
        if PATH.match(word) or Path(word).is_dir():
            known = [record.repository for record in self.database.fetch_repositories()]
            return _describe_folder(Path(word).expanduser(), [*known, *chosen])
        name = word.removeprefix(f"{self.access.web_url}/").removesuffix(".git")
        if not NAME.fullmatch(name):
            raise NoRepositoryError(f"{word} is no folder, and no repository's owner/name.")
        if record := self._fetch_named(name):
            return record.repository
        owner, _, plain = name.partition("/")
        url = f"{self.access.web_url}/{name}"
        return FoundRepository(f"github:{name.lower()}", "github", owner, plain, url)

    def _fetch_named(self, name: str) -> CorpusRepository | None:
        """Fetch the repository of this name; where there are two, the one that is cloned."""
        records = self.database.fetch_repositories([name])
        on_github = [record for record in records if record.repository.source == "github"]
        cloned = [record for record in on_github if record.clone_state == "cloned"]
        return next(iter([*cloned, *on_github]), None)

    def _list_mirrors(self) -> Iterator[FoundRepository]:
        for path in sorted(self.folder.mirrors.glob("[!.]*/[!.]*.git")):
            owner, name = path.parent.name, path.stem
            if NAME.fullmatch(f"{owner}/{name}") and (path / "HEAD").is_file():
                key = f"mirror:{owner}/{name}"
                yield FoundRepository(key, "mirror", owner, name, str(path))

    def _save(self, repositories: Sequence[FoundRepository]) -> list[CorpusRepository]:
        records = []
        for repository in repositories:
            self.database.save_repositories([repository])
            record = self.database.fetch_repository(repository.key)
            records += [record] if record else []
        return records


def _describe_folder(path: Path, known: Sequence[FoundRepository]) -> FoundRepository:
    """Describe a folder. Where others have its name, that of the folder above goes before it."""
    source = find_repository(path)
    root = source.root or source.git_dir
    key = f"folder:{root}"
    taken = {repository.name for repository in known if repository.key != key}
    plain = root.name.removesuffix(".git") or "root"
    mark = blake2b(bytes(root), digest_size=4).hexdigest()
    names = (plain, f"{root.parent.name}-{plain}", f"{plain}-{mark}")
    name = next(name for name in names if name not in taken)
    return FoundRepository(key, "folder", "", name, str(root))
