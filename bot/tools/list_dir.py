"""Tool `list_dir`: list a folder."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import KIND_BY_MODE, ToolRefusal
from bot.values import TreeEntry

MAX_ENTRIES = 400


class ListDirInput(ToolInput):
    """List the files and folders in a folder, with their sizes in bytes. Use it when the map in the
    answer of `read_request` is not enough.
    """

    path: str = Field("", max_length=1000, description="The folder; empty for the root.")


def run(session: ToolSession, arguments: ListDirInput) -> str:
    """List one folder of the edited tree; a folder in it has the size of all its files."""
    reader = session.read_tree()
    under = arguments.path.strip("/")
    prefix = f"{under}/" if under not in ("", ".") else ""
    children = _collect_children(reader.ports.mirrors.entries(reader.tree), prefix)
    if not children:
        raise ToolRefusal(f"There is no folder {arguments.path}.")
    lines = [f"{name}  {size}" for name, size in list(children.items())[:MAX_ENTRIES]]
    if len(children) > MAX_ENTRIES:
        lines.append(f"({MAX_ENTRIES} of {len(children)})")
    return "\n".join(lines)


def _collect_children(entries: Iterable[TreeEntry], prefix: str) -> dict[str, int | str]:
    """Sum the sizes under the prefix by the next part of the path; name what is no file."""
    children: dict[str, int | str] = {}
    for entry in entries:
        if not entry.path.startswith(prefix):
            continue
        name, slash, _ = entry.path[len(prefix) :].partition("/")
        size = children.get(name + slash, 0)
        if not slash and entry.mode in KIND_BY_MODE:
            children[name] = f"({KIND_BY_MODE[entry.mode]})"
        elif isinstance(size, int):
            children[name + slash] = size + entry.size
    return children


LIST_DIR = Tool("list_dir", ListDirInput, run)
