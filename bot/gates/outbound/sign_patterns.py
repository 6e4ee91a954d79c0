"""Search a text for what its expressions say is a sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.gates.outbound.sign import Kind, Sign


@dataclass(frozen=True, slots=True)
class SignPatterns:
    """Expressions that all mean the same; the group `quote` is what is told of a match."""

    kind: Kind
    does: str
    patterns: tuple[re.Pattern[str], ...]
    is_weak: bool = False

    def find(self, text: str) -> Iterator[tuple[int, Sign]]:
        """Find them, each with its place in the text."""
        for pattern in self.patterns:
            for match in pattern.finditer(text):
                groups = match.groupdict()
                quote = " ".join((groups.get("quote") or match[0]).split())
                yield match.start(), Sign(0, self.kind, quote, self.does, self.is_weak)


def compile_signs(kind: Kind, does: str, *patterns: str, is_weak: bool = False) -> SignPatterns:
    """Compile the expressions."""
    return SignPatterns(kind, does, tuple(map(re.compile, patterns)), is_weak)
