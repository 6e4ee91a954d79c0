"""Here lives the prompt cache of the double: prefixes kept by their hash, found again from the
breakpoints.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from bot.forge.claude_blocks import Json, PromptBlock, digests, pieces

LOOKBACK = (
    20  # blocks before a breakpoint, itself among them, in which an earlier breakpoint is found
)
LEAST = 512  # tokens of a prefix that is worth keeping (the Opus 5 and 5.5 family)
TTL_S = {"5m": 300.0, "1h": 3600.0}


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """A prompt's tokens, as they are billed."""

    fresh: int = 0
    written_5m: int = 0
    written_1h: int = 0
    read: int = 0

    @property
    def prompt(self) -> int:
        return self.fresh + self.written_5m + self.written_1h + self.read

    def json(self, out: int) -> dict[str, object]:
        """As the API reports it."""
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.written_5m + self.written_1h,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_5m,
                "ephemeral_1h_input_tokens": self.written_1h,
            },
            "output_tokens": out,
            "service_tier": "standard",
        }


class PromptCache:
    """What the API remembers of prompts. Tokens are bytes divided by a constant: stable, and near
    enough.
    """

    def __init__(self, bytes_per_token: float = 4.0, now: Callable[[], float] = time.time) -> None:
        self._bytes_per_token = bytes_per_token
        self._now = now
        self._kept: dict[str, tuple[float, str]] = {}  # prefix: until when, for how long

    def tokens(self, size: int) -> int:
        return ceil(size / self._bytes_per_token)

    def count(self, body: Json) -> int:
        """All tokens of a prompt."""
        return sum(self.tokens(len(piece.canon)) for piece in pieces(body))

    def serve(self, body: Json) -> CacheUsage:
        """Bill a prompt, and keep it at its breakpoints."""
        row = pieces(body)
        # A model has its own cache, and another effort or way of thinking starts it anew.
        names = digests(row, f"{body['model']} {body.get('output_config')} {body.get('thinking')}")[
            1:
        ]
        sizes = list(accumulate(self.tokens(len(piece.canon)) for piece in row))
        marks = [at for at, piece in enumerate(row) if piece.ttl and sizes[at] >= LEAST]
        found = [at for mark in marks for at in self._found(names, mark)]
        read = max((sizes[at] for at in found), default=0)
        written = self._keep(row, names, sizes, marks, read)
        fresh = sizes[-1] - read - sum(written.values()) if sizes else 0
        return CacheUsage(fresh, written["5m"], written["1h"], read)

    def _found(self, names: Sequence[str], mark: int) -> list[int]:
        window = range(mark, max(-1, mark - LOOKBACK), -1)
        return [at for at in window if self._kept.get(names[at], (0.0, ""))[0] > self._now()][:1]

    def _keep(
        self,
        row: Sequence[PromptBlock],
        names: Sequence[str],
        sizes: Sequence[int],
        marks: Sequence[int],
        read: int,
    ) -> dict[str, int]:
        written, upto = {"5m": 0, "1h": 0}, read
        for mark in marks:
            ttl = row[mark].ttl
            written[ttl] += max(0, sizes[mark] - upto)
            upto = max(upto, sizes[mark])
            self._kept[names[mark]] = (self._now() + TTL_S[ttl], ttl)
        return written
