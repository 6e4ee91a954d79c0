"""How fast a corpus is built, how much memory that takes, and which copies it finds.

Each repository is read as it stands, and once more as it was some hundred commits ago: a real
neighbour, most of whose files are nearly the same. How alike they are is computed pair by pair, over
all windows of tokens, and what the corpus found is held against that.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.corpus.corpus_database import open_corpus_database
from bot.cli.corpus_clone import find_secrets
from bot.corpus.corpus_records import FileRecord
from bot.corpus.file_similarity import SIMILAR, TOKENS, WINDOW
from tests.git_served import git
from tests.learn.benchmarks.learn_bench import Rows, show_table
from tests.learn.benchmarks.learning_corpus import list_named
from tests.learn.corpus_scene import CorpusScene

REPOSITORIES = 2
PAST = 400  # commits
WARM_UP = "KEY = 'a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6'\n"

Windows = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Building:
    """A corpus of one repository and of its past, and what the first of the two took."""

    name: str
    past: Path
    new: Sequence[FileRecord]
    old: Sequence[FileRecord]
    took_s: float
    cpu_s: float  # of this process, without git's
    peak_mb: float


def show_corpus_building(work: Path) -> None:
    """Show what two repositories of the learning corpus give: the first that are named."""
    named = [Path(path) for path in list_named()]
    made = sorted(work.glob("packages/*"))
    rows = measure_corpus_building((named or made)[:REPOSITORIES])
    show_table("Building a corpus", ("what", "measured"), rows)


def measure_corpus_building(repositories: Sequence[Path]) -> Rows:
    """Measure on git repositories of this machine; they are read, and nothing of them is run."""
    find_secrets(WARM_UP)  # what finds secrets starts with its first question
    yield "memory before the first", f"{_measure_peak_mb():.0f} MB"
    with TemporaryDirectory() as folder:
        buildings = [
            _build_with_past(repository, Path(folder) / str(number))
            for number, repository in enumerate(repositories)
        ]
        for building in buildings:
            yield from _describe_building(building)
            yield from _describe_copies(building)


def _build_with_past(repository: Path, folder: Path) -> Building:
    scene = CorpusScene(folder / "home")
    folder.mkdir()
    past = _make_past(repository, folder / "past")
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    scene.clone(repository)
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    scene.clone(past)
    name = repository.parent.name if repository.name == "repo" else repository.name
    new, old = _list_files(scene, repository), _list_files(scene, past)
    return Building(name, past, new, old, took_s, cpu_s, _measure_peak_mb())


def _make_past(repository: Path, folder: Path) -> Path:
    """Make a repository of what another one was, which borrows its objects."""
    commits = git(repository, "rev-list", "--first-parent", f"--max-count={PAST}", "HEAD").split()
    git(repository, "clone", "-q", "--bare", "--shared", ".", str(folder))
    git(folder, "update-ref", "--no-deref", "HEAD", commits[-1])
    return folder


def _list_files(scene: CorpusScene, repository: Path) -> list[FileRecord]:
    with open_corpus_database(scene.settings.corpus_url) as database:
        record = database.fetch_repository(f"folder:{repository.resolve()}")
        return database.fetch_files(record.id) if record else []


def _measure_peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def _describe_building(building: Building) -> Rows:
    megabytes = sum(file.size_bytes for file in building.new) / 1e6
    kept = sum(file.state == "kept" for file in building.new)
    what = f"{building.name}: {megabytes:.1f} MB, {kept} files kept"
    cpu_speed = f"{megabytes / building.cpu_s:.2f} MB for a second of a core"
    yield what, f"{megabytes / building.took_s:.2f} MB/s, {cpu_speed}"
    yield "memory at its most", f"{building.peak_mb:.0f} MB"


def _describe_copies(building: Building) -> Rows:
    equal = sum(file.reason == "duplicate" for file in building.old)
    near = {file.path for file in building.old if file.reason == "near-duplicate"}
    alike = _compute_similarities(building)
    missed = [path for path, similarity in alike.items() if similarity >= SIMILAR]
    missed = [path for path in missed if path not in near]
    below = [alike[path] for path in near if alike[path] < SIMILAR]
    what = f"copies in what it was {PAST} commits ago"
    yield what, f"{equal} equal, {len(near)} near"
    text = f"{len(missed)} missed, {len(below)} below {SIMILAR}"
    text += f" (the least {min(below):.2f})" if below else ""
    yield "near ones, held against every pair", text


def _compute_similarities(building: Building) -> Mapping[str, float]:
    """Compute how alike each old file is to the kept one that is most like it, and not itself."""
    kept = [file.blob for file in (*building.new, *building.old) if file.state == "kept"]
    # The past has the objects of the whole repository.
    windows = {blob: _read_windows(building.past, blob) for blob in kept}
    similarities = {}
    for file in building.old:
        if file.reason in ("", "near-duplicate"):
            own = windows.get(file.blob) or _read_windows(building.past, file.blob)
            others = [each for blob, each in windows.items() if blob != file.blob]
            similarities[file.path] = max(
                len(own & each) / len(own | each or {0}) for each in others
            )
    return similarities


def _read_windows(past: Path, blob: str) -> Windows:
    tokens = TOKENS.findall(git(past, "cat-file", "blob", blob))
    return frozenset(zip(*(tokens[start:] for start in range(WINDOW)), strict=False))
