"""The types that the best definitions use."""

from bot.search.used_types import find_used_types
from bot.values import SearchHit
from tests.search.commit_fixture import index_files

CODE = {
    "src/cart.ts": (
        b"export function total(cart: Cart, options: Options): Money {\n"
        b"  return new Money(cart.sum + Helper.one)\n}\n"
    ),
    "src/types.ts": (
        b"export interface Cart {\n  sum: number\n}\nexport interface Options {}\n"
        b"export class Map {}\nexport function Helper() {}\n"
    ),
    "src/money.ts": b"export class Money {\n  constructor(readonly cents: number) {}\n}\n",
    "lib/money.ts": b"export class Money {\n  constructor(readonly cents: number) {}\n}\n",
}
TOTAL = SearchHit("src/cart.ts", 1.0, (), "total", "function", 1, 3)


def find_types(code=CODE, definitions=(TOTAL,)):
    """Find the types that definitions of this code use."""
    index, symbols = index_files(code)
    load = lambda files: {path: symbols[key] for path, key in files}  # noqa: E731
    return find_used_types(index.code, definitions, code, load)


def test_types_of_a_definition_come_with_their_lines():
    """Interfaces and classes; what is no type is left out, and the nearest definer counts."""
    assert [
        ("Cart", "src/types.ts", "interface", 1, 3),
        ("Options", "src/types.ts", "interface", 4, 4),
        ("Money", "src/money.ts", "class", 1, 3),
    ] == [(hit.name, hit.path, hit.kind, hit.line, hit.end_line) for hit in find_types()]


def test_a_type_that_is_a_hit_itself_is_not_told_again():
    """Its code is there already."""
    cart = SearchHit("src/types.ts", 1.0, (), "Cart", "interface", 1, 3)

    assert "Cart" not in [hit.name for hit in find_types(definitions=(TOTAL, cart))]


def test_no_definition_has_no_types():
    """An empty result is a result."""
    assert () == find_types(definitions=())
