"""Cache prompts as the API does: prefixes by their hash, found again from the breakpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from bot.forge.claude_blocks import (
    JsonObject,
    PromptBlock,
    hash_prefixes,
    list_prompt_blocks,
)

# Blocks before a breakpoint, itself among them, in which an earlier breakpoint is found.
LOOKBACK_BLOCKS = 20
LEAST_TOKENS = 512  # of a prefix that is worth keeping (the Opus 5 and 5.5 family)
TTL_S = {"5m": 300.0, "1h": 3600.0}


@dataclass(frozen=True, slots=True)
class CacheUsage:
    """The tokens of a prompt, as they are billed."""

    fresh: int = 0
    written_5m: int = 0
    written_1h: int = 0
    read: int = 0

    @property
    def prompt(self) -> int:
        """All tokens of the prompt."""
        return self.fresh + self.written_5m + self.written_1h + self.read

    def to_json(self, output_tokens: int) -> dict[str, object]:
        """Return the usage as the API reports it."""
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.written_5m + self.written_1h,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_5m,
                "ephemeral_1h_input_tokens": self.written_1h,
            },
            "output_tokens": output_tokens,
            "service_tier": "standard",
        }


@dataclass(frozen=True, slots=True)
class _Prefix:
    """A prompt up to one of its blocks: its hash, its tokens, and the mark at its end."""

    hash: str
    tokens: int
    ttl: str

    @property
    def is_breakpoint(self) -> bool:
        """It ends at a mark and is long enough to be kept."""
        return bool(self.ttl) and self.tokens >= LEAST_TOKENS


class PromptCache:
    """The prefixes that the API remembers.

    Tokens are bytes divided by a constant: stable, and near enough.
    """

    def __init__(self, bytes_per_token: float = 4.0, now: Callable[[], float] = time.time) -> None:
        self._bytes_per_token = bytes_per_token
        self._now = now
        self._expiry: dict[str, float] = {}  # by the prefix' hash

    def count_tokens(self, size: int) -> int:
        """Return the tokens of so many bytes."""
        return ceil(size / self._bytes_per_token)

    def count_prompt(self, body: JsonObject) -> int:
        """Return all tokens of a prompt."""
        return sum(self._block_tokens(block) for block in list_prompt_blocks(body))

    def bill(self, body: JsonObject) -> CacheUsage:
        """Bill a prompt, and keep it at its breakpoints."""
        prefixes = self._list_prefixes(body)
        if not prefixes:
            return CacheUsage()
        indexes = [index for index, prefix in enumerate(prefixes) if prefix.is_breakpoint]
        read = max((self._find_cached(prefixes, index) for index in indexes), default=0)
        written = {"5m": 0, "1h": 0}
        billed = read
        for prefix in (prefixes[index] for index in indexes):
            written[prefix.ttl] += max(0, prefix.tokens - billed)
            billed = max(billed, prefix.tokens)
            self._expiry[prefix.hash] = self._now() + TTL_S[prefix.ttl]
        fresh = prefixes[-1].tokens - read - sum(written.values())
        return CacheUsage(fresh, written["5m"], written["1h"], read)

    def _list_prefixes(self, body: JsonObject) -> list[_Prefix]:
        blocks = list_prompt_blocks(body)
        # A model has its own cache, and another effort or way of thinking starts it anew.
        seed = f"{body['model']} {body.get('output_config')} {body.get('thinking')}"
        hashes = hash_prefixes(blocks, seed)[1:]
        sizes = accumulate(map(self._block_tokens, blocks))
        ttls = [block.ttl for block in blocks]
        return list(map(_Prefix, hashes, sizes, ttls))

    def _find_cached(self, prefixes: list[_Prefix], index: int) -> int:
        """Return the tokens of the longest cached prefix at or before a breakpoint."""
        for prefix in reversed(prefixes[max(0, index + 1 - LOOKBACK_BLOCKS) : index + 1]):
            if self._expiry.get(prefix.hash, 0.0) > self._now():
                return prefix.tokens
        return 0

    def _block_tokens(self, block: PromptBlock) -> int:
        return self.count_tokens(len(block.encoded))
