"""A small repository, a shop, and the search in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.search import (
    CommitIndex,
    FileSymbols,
    PastCommits,
    SearchSources,
    SegmentBuilder,
    build_commit_index,
    locate,
    parse_query,
)
from bot.search.past_commits import list_commit_names
from bot.search.source_files import kind_of
from bot.values import CommitInfo, Retrieval, Sha

SHOP = {
    "shop/cart.py": (
        "class Cart:\n    def total(self):\n        return sum(self.prices)\n\n"
        "    def add_item(self, item):\n        self.items.append(item)\n"
    ),
    "shop/reports.py": '"""Sales reports."""\n\n\ndef render_report(rows):\n    return "\\n".join(rows)\n',
    "shop/app.py": "from shop.cart import Cart\n\n\ndef make_app():\n    return Cart().total()\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart().total() == 0\n",
    "README.md": "# Shop\n\nA cart with a total.\n",
    "vendor/cart.py": "class Cart: total = 1\n",
}


def files(**more: str | bytes) -> dict[str, bytes]:
    """The shop's files and more."""
    return {
        path: text.encode() if isinstance(text, str) else text
        for path, text in {**SHOP, **more}.items()
    }


def index_files(
    contents: Mapping[str, bytes], commits: Sequence[CommitInfo] = ()
) -> tuple[CommitIndex, dict[str, FileSymbols]]:
    """Index these files and the commits that led to them; a file's key is its path."""
    builder = SegmentBuilder()
    paths = sorted(path for path in contents if kind_of(path) != "foreign")
    for path in contents:
        if path in paths:
            builder.add(path, path, contents[path])
    for commit in commits:
        builder.add_text(commit.sha, commit.message, list_commit_names(commit))
    by_sha = {commit.sha: commit for commit in commits}
    past = PastCommits(tuple(by_sha), lambda shas: [by_sha[sha] for sha in shas])
    segments = [builder.build()]
    index = build_commit_index(segments, [(path, path) for path in paths], segments, past)
    return index, {file.key: file for file in builder.files}


def search(
    contents: Mapping[str, bytes],
    title: str,
    body: str = "",
    top: int = 20,
    commits: Sequence[CommitInfo] = (),
    diffs: Mapping[Sha, str] | None = None,
) -> Retrieval:
    """Locate a request in these files."""
    index, symbols = index_files(contents, commits)

    def load_symbols(files: Sequence[tuple[str, str]]) -> dict[str, FileSymbols]:
        return {path: symbols[key] for path, key in files}

    def read_files(paths: Sequence[str]) -> dict[str, bytes]:
        return {path: contents[path] for path in paths}

    sources = SearchSources(load_symbols, read_files, diffs or {})
    return locate(index, parse_query(title, body), sources, top)
