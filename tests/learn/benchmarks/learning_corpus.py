"""The corpus that is learnt from and judged by: repositories that are named, or installed packages.

Without `REPOSITORIES`, each package of pure Python in this environment becomes a repository of its
own, so that anybody can measure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.adapters.corpus.corpus_folder import CorpusFolder
from bot.corpus.repository_text import RepositoryText

MOST_PACKAGE_BYTES = 12_000_000  # of all packages together: half a minute to count
PACKAGE_BYTES = range(100_000, 1_500_000)
GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def build_learning_corpus(work: Path) -> list[RepositoryText]:
    """Build the corpus in a home of its own, as `greenlit corpus clone PATH PATH` does."""
    named = list_named()
    home = work / "home"
    clone_into_corpus(home, named or [str(path) for path in make_repositories(work)])
    url = f"sqlite:///{CorpusFolder(home).path / 'corpus.sqlite'}"
    with open_corpus_database(url) as database:
        return CorpusFolder(home).list_texts(database)


def list_named() -> list[str]:
    """List the repositories that the one who measures has named."""
    return os.environ.get("REPOSITORIES", "").split()


def clone_into_corpus(home: Path, paths: list[str]) -> None:
    """Bring repositories into the corpus of a home. Ends the program where one cannot be."""
    environment = {"PATH": os.environ["PATH"], "GREENLIT_HOME": str(home), "HOME": str(home)}
    command = [sys.executable, "-m", "bot", "corpus", "clone", *paths]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The corpus cannot be built:\n{done.stdout}{done.stderr}")


def make_repositories(work: Path) -> Iterator[Path]:
    """Make a repository of each of some installed packages."""
    for package in list_packages():
        path = work / "packages" / package.name
        shutil.copytree(package, path, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "As it is installed.")):
            subprocess.run([*GIT, *arguments], cwd=path, check=True)
        yield path


def list_packages() -> list[Path]:
    """List packages that are neither small nor huge, smallest first, until there is enough."""
    site = Path(sysconfig.get_paths()["purelib"])
    sizes = {path.parent: _measure_source(path.parent) for path in site.glob("*/__init__.py")}
    chosen: list[Path] = []
    for package in sorted(sizes, key=lambda path: (sizes[path], path.name)):
        total = sum(sizes[path] for path in chosen) + sizes[package]
        if sizes[package] in PACKAGE_BYTES and total <= MOST_PACKAGE_BYTES:
            chosen.append(package)
    return chosen


def _measure_source(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.py"))
