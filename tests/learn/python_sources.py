"""Python text that tests learn from: drawn by a seed, with names that come back."""

from __future__ import annotations

import random

VERBS = ("load", "save", "parse", "render", "count", "merge")
NOUNS = ("invoice", "customer", "ledger", "payment", "address", "receipt")


def draw_source(seed: int, functions: int = 8) -> str:
    """Draw a module of small functions about a noun or two."""
    draw = random.Random(seed)
    nouns = draw.sample(NOUNS, 2)
    return "\n\n".join(_draw_function(draw, nouns) for _number in range(functions))


def _draw_function(draw: random.Random, nouns: list[str]) -> str:
    verb, noun = draw.choice(VERBS), draw.choice(nouns)
    return (
        f"def {verb}_{noun}({noun}: str, limit: int = {draw.randrange(100)}) -> list[str]:\n"
        f'    """{verb.title()} the {noun}, at most `limit` of them."""\n'
        f"    if not {noun}:\n        raise ValueError({noun!r})\n"
        f"    return [{noun}[:limit] for _ in range({draw.randrange(9)})]\n"
    )
