"""Render a repository's tree of files within a budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Directory:
    directories: dict[str, _Directory] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    file_count: int = 0
    is_open: bool = False


def render_layout(paths: Iterable[str], limit_chars: int, near: Collection[str] = ()) -> str:
    """Render the tree of these paths in at most `limit_chars`, the same for any order of the paths.

    Directories are opened level by level while they fit; a closed one tells its number of files.
    With `near`, only those are opened, and those that lead there.
    """
    root = _build_tree(paths)
    root.is_open = True
    text = _render(root)
    if len(text) > limit_chars:
        return _truncate(text, limit_chars)
    _open_directories(root, limit_chars - len(text), _list_leading(near) if near else None)
    return _render(root)


def _list_leading(folders: Collection[str]) -> set[str]:
    """List the folders, and all that lead to them."""
    leading: set[str] = set()
    for folder in folders:
        parts = folder.split("/")
        leading.update("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return leading


def _open_directories(root: _Directory, room: int, wanted: Collection[str] | None) -> None:
    """Open directories, breadth first, until no more fit into so many characters."""
    queue = deque((name, inner, 1) for name, inner in sorted(root.directories.items()))
    while queue:
        path, directory, depth = queue.popleft()
        cost = sum(len(line) + 1 for line in _render_lines(directory, depth)) + 1
        if cost > room or not (wanted is None or path in wanted):
            continue
        directory.is_open = True
        room -= cost
        inside = sorted(directory.directories.items())
        queue.extend((f"{path}/{name}", inner, depth + 1) for name, inner in inside)


def _build_tree(paths: Iterable[str]) -> _Directory:
    root = _Directory()
    for path in sorted(set(paths)):
        *parents, name = path.split("/")
        directory = root
        directory.file_count += 1
        for parent in parents:
            directory = directory.directories.setdefault(parent, _Directory())
            directory.file_count += 1
        directory.files.append(name)
    return root


def _render(root: _Directory) -> str:
    return "\n".join(_render_lines(root, 0))


def _render_lines(directory: _Directory, depth: int) -> Iterator[str]:
    """Render a directory's content, with that of the directories opened inside it."""
    indent = "  " * depth
    for name, inner in sorted(directory.directories.items()):
        if inner.is_open:
            yield f"{indent}{name}/"
            yield from _render_lines(inner, depth + 1)
        else:
            plural = "s" if inner.file_count > 1 else ""
            yield f"{indent}{name}/ ({inner.file_count} file{plural})"
    for name in directory.files:
        yield indent + name


def _truncate(text: str, limit_chars: int) -> str:
    """Keep as many whole lines as fit, and say how many more there are."""
    lines = text.split("\n")
    kept: list[str] = []
    room = limit_chars - len(f"... and {len(lines)} more")
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, f"... and {len(lines) - len(kept)} more"])[: max(limit_chars, 0)]
