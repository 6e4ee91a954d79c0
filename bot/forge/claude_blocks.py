"""See a prompt as the API does: one row of blocks, each known by all that stands before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

JsonObject: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PromptBlock:
    """A block with its canonical bytes. `ttl` is empty where no cache breakpoint stands."""

    role: str  # tool, system, user, assistant
    content: JsonObject
    ttl: str
    encoded: bytes


def list_prompt_blocks(body: JsonObject) -> list[PromptBlock]:
    """Return tools, system and messages in the order in which they are cached."""
    blocks = [_make_block(role, content) for role, content in _list_contents(body)]
    automatic = body.get("cache_control")
    if not isinstance(automatic, Mapping):
        return blocks
    cacheable = [
        index for index, block in enumerate(blocks) if block.content.get("type") != "thinking"
    ]
    if cacheable and not blocks[cacheable[-1]].ttl:
        blocks[cacheable[-1]] = replace(blocks[cacheable[-1]], ttl=_read_ttl(automatic))
    return blocks


def hash_prefixes(blocks: Sequence[PromptBlock], seed: str = "") -> list[str]:
    """Return for each block a hash of all that stands before it, and at the end one of all."""
    hashes = [hashlib.sha256(seed.encode()).hexdigest()]
    for block in blocks:
        prefix = f"{hashes[-1]} {block.role} ".encode()
        hashes.append(hashlib.sha256(prefix + block.encoded).hexdigest())
    return hashes


def list_blocks(content: object) -> list[JsonObject]:
    """Return content as blocks: a text stands for one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    if not isinstance(content, Sequence):
        return []
    return [block for block in content if isinstance(block, Mapping)]


def merge_messages(body: JsonObject) -> list[tuple[str, list[JsonObject]]]:
    """Return roles with their blocks; neighbours of one role are one message."""
    merged: list[tuple[str, list[JsonObject]]] = []
    for message in list_blocks(body.get("messages")):
        role, blocks = str(message["role"]), list_blocks(message["content"])
        if merged and merged[-1][0] == role:
            merged[-1][1].extend(blocks)
        else:
            merged.append((role, list(blocks)))
    return merged


def encode_block(block: JsonObject) -> bytes:
    """Return the block's canonical bytes: without cache marks, keys sorted."""
    unmarked = {key: value for key, value in block.items() if key != "cache_control"}
    text = json.dumps(unmarked, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace")


def _list_contents(body: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    yield from (("tool", tool) for tool in list_blocks(body.get("tools")))
    yield from (("system", block) for block in list_blocks(body.get("system")))
    for role, blocks in merge_messages(body):
        yield from ((role, block) for block in blocks)


def _make_block(role: str, content: JsonObject) -> PromptBlock:
    mark = content.get("cache_control")
    ttl = _read_ttl(mark) if isinstance(mark, Mapping) else ""
    return PromptBlock(role, content, ttl, encode_block(content))


def _read_ttl(mark: JsonObject) -> str:
    return str(mark.get("ttl", "5m"))
