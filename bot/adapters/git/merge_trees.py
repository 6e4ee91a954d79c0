"""Merge two commits of a bare mirror: no index, no work tree, and nothing of a repository runs.

A bare repository has no attributes of its own to git, so no driver that a commit names is looked
up, and none is configured that could be found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.adapters.git.git_errors import GitError
from bot.adapters.git.git_process import GitProcess
from bot.adapters.git.objects import list_at, read_blobs
from bot.values import ConflictKind, PathConflict, Sha, TreeMerge
from bot.values.merges import MARKER_SIZE

MARKERS = f"* conflict-marker-size={MARKER_SIZE}\n"
CONFIG = {"merge.conflictStyle": "diff3", "merge.renames": "true"}
STAGED = re.compile(rb"(\d{6}) ([0-9a-f]{40}) ([123])\t(.+)", re.DOTALL)
LINK, SUBMODULE = "120000", "160000"
BASE, OURS, THEIRS = 1, 2, 3
MOST_BASES = 20
MESSAGE_BYTES = 2_000
Stages = dict[int, "_Stage"]


@dataclass(frozen=True, slots=True)
class _Stage:
    """One side of a conflicted path."""

    mode: str
    sha: Sha


def find_merge_bases(git: GitProcess, ours: Sha, theirs: Sha) -> tuple[Sha, ...]:
    """Find the merge bases, and those of the bases themselves, where there are several.

    Nothing when the two have no history in common.
    """
    bases: dict[Sha, None] = {}
    pairs = [(ours, theirs)]
    while pairs and len(bases) < MOST_BASES:
        listed = git.run("merge-base", "--all", *pairs.pop(), statuses=(0, 1)).decode().split()
        new = [Sha(sha) for sha in listed if sha not in bases]
        bases.update(dict.fromkeys(new))
        pairs += [(first, second) for first in new for second in new if first < second]
    return tuple(bases)


def merge_trees(git: GitProcess, ours: Sha, theirs: Sha, attributes: Path) -> TreeMerge:
    """Merge two commits whose merge bases are here with their files. Raises GitError."""
    write_attributes(attributes)
    config = {**git.config, **CONFIG, "core.attributesFile": str(attributes)}
    merging = replace(git, config=config)
    command = ("merge-tree", "--write-tree", "-z", ours, theirs)
    tree, *fields = merging.run(*command, statuses=(0, 1)).split(b"\0")
    staged, types = _read_stages(fields), _read_types(fields)
    sha = Sha(tree.decode())
    return TreeMerge(sha, tuple(_read_conflicts(git, sha, staged, types)))


def write_attributes(attributes: Path) -> None:
    """Write our attributes, whole at once: others may be merging."""
    if attributes.exists():
        return
    with NamedTemporaryFile("w", dir=attributes.parent, delete=False) as fresh:
        fresh.write(MARKERS)
    Path(fresh.name).rename(attributes)


def list_messages(git: GitProcess, side: Sha, other: Sha, path: str, limit: int) -> tuple[str, ...]:
    """List the messages of the commits of one side that touched a path, newest first.

    Nothing where the clone does not know which files they touched.
    """
    form = (f"--max-count={limit:d}", "--no-merges", "--no-renames", "-z", "--format=%B")
    try:
        logged = git.run("--literal-pathspecs", "log", *form, side, f"^{other}", "--", path)
    except GitError:
        return ()
    messages = [
        message[:MESSAGE_BYTES].decode("utf-8", "replace") for message in logged.split(b"\0")
    ]
    return tuple(message.strip() for message in messages if message.strip())


def _read_stages(fields: Sequence[bytes]) -> dict[bytes, Stages]:
    """Read the conflicted paths with what each side has there; an empty field ends them."""
    staged: defaultdict[bytes, Stages] = defaultdict(dict)
    for field in fields:
        match = STAGED.fullmatch(field)
        if match is None:
            break
        mode, sha, stage, path = match.groups()
        staged[path][int(stage)] = _Stage(mode.decode(), Sha(sha.decode()))
    return dict(staged)


def _read_types(fields: Sequence[bytes]) -> dict[bytes, set[str]]:
    """Read what git says of each path: behind the empty field, a count, paths, a type, a text."""
    types: defaultdict[bytes, set[str]] = defaultdict(set)
    position = fields.index(b"") + 1 if b"" in fields else len(fields)
    while position < len(fields) and fields[position].isdigit():
        end = position + 1 + int(fields[position])
        for path in fields[position + 1 : end]:
            types[path].add(fields[end].decode("utf-8", "replace"))
        position = end + 2
    return dict(types)


def _read_conflicts(
    git: GitProcess, tree: Sha, staged: Mapping[bytes, Stages], types: Mapping[bytes, set[str]]
) -> Iterator[PathConflict]:
    """Read the bytes of each side, and what git left at the path."""
    names = {path: path.decode("utf-8", "replace") for path in staged}
    entries = list_at(git, tree, sorted(names.values()))
    left = {entry.path: entry.sha for entry in entries if entry.mode != SUBMODULE}
    stages = [stage for sides in staged.values() for stage in sides.values()]
    wanted = {stage.sha for stage in stages if stage.mode != SUBMODULE} | {*left.values()}
    contents = dict(read_blobs(git, sorted(wanted)))
    for path, sides in staged.items():
        data = {number: contents.get(stage.sha) for number, stage in sides.items()}
        kind = _name_kind(sides, data, " ".join(types.get(path, ())))
        three = (data.get(BASE), data.get(OURS), data.get(THEIRS))
        marked = contents.get(left.get(names[path], Sha("")))
        yield PathConflict(names[path], kind, *three, marked)


def _name_kind(sides: Stages, data: Mapping[int, bytes | None], types: str) -> ConflictKind:
    """Name what keeps git from merging a path, whatever comes first of these."""
    modes = {stage.mode for stage in sides.values()}
    has_both = OURS in sides and THEIRS in sides
    names: dict[ConflictKind, bool] = {
        "submodule": SUBMODULE in modes,
        "rename": "rename" in types,
        "file/directory": "file/directory" in types,
        "link": LINK in modes,
        "binary": any(b"\0" in (content or b"") for content in data.values()),
        "modify/delete": not has_both,
        "mode": has_both and data[OURS] == data[THEIRS],
        "both added": BASE not in sides,
        "content": True,
    }
    return next(kind for kind, holds in names.items() if holds)
