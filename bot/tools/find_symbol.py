"""Tool `find_symbol`: find where a name is defined and used."""

from __future__ import annotations

from pydantic import Field

from bot.search import find_symbol
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import ToolRefusal

MAX_MATCHES = 2_000


class FindSymbolInput(ToolInput):
    """Find where a function, class or method is defined, and where its name is used."""

    name: str = Field(
        min_length=1,
        max_length=200,
        description="The name, alone or with its class or module: `serve`, `Server.serve`.",
    )


def run(session: ToolSession, arguments: FindSymbolInput) -> str:
    """Look into the files of the edited tree that hold the name's last part as a word."""
    word = arguments.name.rpartition(".")[2]
    if not word.isidentifier():
        raise ToolRefusal(f"{arguments.name!r} is no name; use grep for other text.")
    reader = session.read_tree()
    matches = reader.ports.mirrors.grep(reader.tree, rf"\b{word}\b", "", MAX_MATCHES)
    paths = tuple(dict.fromkeys(match.path for match in matches))
    files = TreeFiles(reader.ports.mirrors, reader.tree, paths)
    return find_symbol(files, arguments.name)


FIND_SYMBOL = Tool("find_symbol", FindSymbolInput, run)
