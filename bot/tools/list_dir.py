"""Tool `list_dir`: list a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import Field

from bot.text.amounts import count_noun
from bot.tools.session import ToolSession
from bot.tools.tool import LineNumber, Tool, ToolInput
from bot.tools.tree_reader import KIND_BY_MODE, ToolRefusal, TreeReader
from bot.values import TreeEntry

MAX_ENTRIES = 400
MAX_SIMILAR = 5


class ListDirInput(ToolInput):
    """List the files and folders in a folder, with their sizes in bytes; the size of a folder is
    that of all its files. At most 400 come at once, and the answer ends with the call that lists
    on.
    """

    path: str = Field("", max_length=1000, description="The folder. Empty is the root.")
    start: LineNumber = Field(1, description="The first entry to list. Entries count from 1.")


def run(session: ToolSession, arguments: ListDirInput) -> str:
    """List one folder of the edited tree; a folder in it has the size of all its files."""
    reader = session.read_tree()
    under = arguments.path.strip("/")
    prefix = f"{under}/" if under not in ("", ".") else ""
    children = _collect_children(reader.ports.mirrors.entries(reader.tree), prefix)
    if not children:
        raise ToolRefusal(_explain_missing(reader, under))
    start, total = arguments.start, len(children)
    chosen = list(children.items())[start - 1 : start - 1 + MAX_ENTRIES]
    if not chosen:
        raise ToolRefusal(f"The folder has {count_noun(total, 'entry', 'entries')}.")
    lines = [f"{name}  {size}" for name, size in chosen]
    end = start - 1 + len(chosen)
    if end < total:
        call = json.dumps({"path": arguments.path, "start": end + 1}, ensure_ascii=False)
        lines.append(f"(Entries {start} to {end} of {total:,}. List on with list_dir {call}.)")
    return "\n".join(lines)


def _explain_missing(reader: TreeReader, folder: str) -> str:
    """Say that there is no such folder, and name those that are like it."""
    folders = {parent for path in reader.files.paths() for parent in _list_parents(path)}
    same_name = [known for known in folders if known.rpartition("/")[2] == folder]
    similar = sorted(same_name)[:MAX_SIMILAR] or get_close_matches(folder, folders)
    if not similar:
        return f"There is no folder {folder}. Leave `path` out to list the root."
    return f"There is no folder {folder}. Did you mean {', '.join(similar)}?"


def _list_parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]


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
