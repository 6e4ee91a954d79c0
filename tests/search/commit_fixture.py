"""Here lives the shop: a small repository to look things up in, and the way from its files to
clues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.search import CommitIndex, FileSymbols, SegmentBuilder, build_commit_index, locate
from bot.search.source_files import kind_of
from bot.values import CommitInfo, Retrieval

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


def pressed(
    given: Mapping[str, bytes], commits: Sequence[CommitInfo] = ()
) -> tuple[CommitIndex, dict[str, FileSymbols]]:
    """What is known of these files, each by its path, and of the commits that led to them."""
    press = SegmentBuilder()
    for path, data in given.items():
        if kind_of(path) != "foreign":
            press.add(path, path, data)
    for commit in commits:
        press.add_text(commit.sha, commit.message)
    keys = [(path, path) for path in sorted(given) if kind_of(path) != "foreign"]
    return build_commit_index([press.build()], keys, commits), {
        leaf.key: leaf for leaf in press.files
    }


def clues(
    given: Mapping[str, bytes],
    title: str,
    body: str = "",
    top: int = 20,
    commits: Sequence[CommitInfo] = (),
) -> Retrieval:
    """Where to look for a request in these files."""
    known, leaves = pressed(given, commits)
    return locate(
        known, title, body, lambda wanted: {path: leaves[key] for path, key in wanted}, top
    )
