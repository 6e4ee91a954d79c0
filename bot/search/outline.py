"""Here live the short views of a repository: its tree within a budget, and a file's signatures."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Folder:
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    count: int = 0
    opened: bool = False


def render_layout(paths: Iterable[str], limit_chars: int) -> str:
    """The tree of these paths as text of at most `limit_chars`: folders are opened level by level
    while they fit.

    The order of the paths does not matter. A folder that stays closed tells how many files it
    holds.
    """
    root = _tree(paths)
    root.opened = True
    if len(whole := "\n".join(_shown(root, 0))) > limit_chars:
        return _cut(whole, limit_chars)
    left = limit_chars - len(whole)
    waiting = deque((folder, 1) for _, folder in sorted(root.folders.items()))
    while waiting:
        folder, depth = waiting.popleft()
        cost = sum(len(line) + 1 for line in _shown(folder, depth)) + 1
        if cost <= left:
            folder.opened, left = True, left - cost
            waiting.extend((inner, depth + 1) for _, inner in sorted(folder.folders.items()))
    return "\n".join(_shown(root, 0))


def _tree(paths: Iterable[str]) -> _Folder:
    root = _Folder()
    for path in sorted(set(paths)):
        *names, name = path.split("/")
        folder = root
        folder.count += 1
        for part in names:
            folder = folder.folders.setdefault(part, _Folder())
            folder.count += 1
        folder.files.append(name)
    return root


def _shown(folder: _Folder, depth: int) -> Iterator[str]:
    """The folder's content, with that of the folders opened inside it."""
    indent = "  " * depth
    for name, inner in sorted(folder.folders.items()):
        if inner.opened:
            yield f"{indent}{name}/"
            yield from _shown(inner, depth + 1)
        else:
            yield f"{indent}{name}/ ({inner.count} file{'s' if inner.count > 1 else ''})"
    for name in folder.files:
        yield indent + name


def _cut(text: str, limit_chars: int) -> str:
    """As many whole lines as fit, and how many more there are."""
    lines = text.split("\n")
    kept: list[str] = []
    room = limit_chars - len(f"... and {len(lines)} more")
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, f"... and {len(lines) - len(kept)} more"])[: max(limit_chars, 0)]
