"""Here lives a prompt as the API sees it: one row of blocks, each known by all that stands before
it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

Json: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PromptBlock:
    """One block. `ttl` is empty where no cache breakpoint stands."""

    role: str  # tool, system, user, assistant
    block: Json
    ttl: str
    canon: bytes


def pieces(body: Json) -> list[PromptBlock]:
    """Tools, system, messages, in the order in which they are cached."""
    row = [_piece(role, block) for role, block in _blocks(body)]
    automatic = body.get("cache_control")
    if isinstance(automatic, Mapping):
        last = max(
            (at for at, piece in enumerate(row) if piece.block.get("type") != "thinking"),
            default=None,
        )
        if last is not None and not row[last].ttl:
            row[last] = replace(row[last], ttl=_ttl(automatic))
    return row


def digests(row: Sequence[PromptBlock], seed: str = "") -> list[str]:
    """For each piece a name of all that stands before it, and at the end one of all."""
    names = [hashlib.sha256(seed.encode()).hexdigest()]
    for piece in row:
        names.append(
            hashlib.sha256(f"{names[-1]} {piece.role} ".encode() + piece.canon).hexdigest()
        )
    return names


def listed(content: object) -> list[Json]:
    """Content as blocks: a text stands for one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return (
        [block for block in content if isinstance(block, Mapping)]
        if isinstance(content, Sequence)
        else []
    )


def messages(body: Json) -> list[tuple[str, list[Json]]]:
    """Roles with their blocks; neighbours of one role are one message."""
    merged: list[tuple[str, list[Json]]] = []
    for message in listed(body.get("messages")):
        role, blocks = str(message["role"]), listed(message["content"])
        if merged and merged[-1][0] == role:
            merged[-1][1].extend(blocks)
        else:
            merged.append((role, list(blocks)))
    return merged


def canon(block: Json) -> bytes:
    """The block's bytes: without cache marks, keys sorted."""
    bare = {key: value for key, value in block.items() if key != "cache_control"}
    return json.dumps(bare, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode(
        errors="replace"
    )


def _blocks(body: Json) -> Iterator[tuple[str, Json]]:
    yield from (("tool", tool) for tool in listed(body.get("tools")))
    yield from (("system", block) for block in listed(body.get("system")))
    for role, blocks in messages(body):
        yield from ((role, block) for block in blocks)


def _piece(role: str, block: Json) -> PromptBlock:
    mark = block.get("cache_control")
    return PromptBlock(role, block, _ttl(mark) if isinstance(mark, Mapping) else "", canon(block))


def _ttl(mark: Json) -> str:
    return str(mark.get("ttl", "5m"))
