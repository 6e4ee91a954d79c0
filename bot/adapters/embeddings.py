"""Here live the models of meaning: an endpoint that speaks OpenAI's embeddings API, or a folder on
this machine.

The endpoint may be a model server next door (Ollama, llama.cpp, vLLM, Text Embeddings Inference all
speak it). The
folder holds a static model as model2vec writes it; such a model reads thousands of passages a
second on one core.
Nothing is ever downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import numpy as np
from numpy.typing import NDArray

from bot.adapters.bounded_http import read_bounded
from bot.ports import Embedder, Unreachable

if TYPE_CHECKING:
    from model2vec import StaticModel

ADDRESSES = ("http://", "https://")
WEIGHTS = "model.safetensors"
AT_ONCE = 64  # texts in one request
PATIENCE_S = 30.0
LIMIT_BYTES = 64_000_000
SAID_CHARS = 200


def embedder(where: str | None, model: str = "", key: str = "") -> Embedder | None:
    """The model behind an address, or in a folder; None for nowhere."""
    if not where:
        return None
    return (
        Endpoint(where, model, key)
        if where.startswith(ADDRESSES)
        else Folder(Path(where).expanduser())
    )


class Endpoint:
    """The port Embedder over HTTP: POST {"model", "input"} to ADDRESS/embeddings."""

    def __init__(
        self, address: str, model: str, key: str = "", patience_s: float = PATIENCE_S
    ) -> None:
        base = address.rstrip("/")
        self._address = base if base.endswith("/embeddings") else f"{base}/embeddings"
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._patience_s = patience_s

    @property
    def name(self) -> str:
        return f"{self._model} at {self._address}"

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        found: list[bytes] = []
        with httpx2.Client(
            timeout=self._patience_s, trust_env=False, headers=self._headers
        ) as client:
            for start in range(0, len(texts), AT_ONCE):
                found += self._asked(client, texts[start : start + AT_ONCE])
        return found

    def _asked(self, client: httpx2.Client, texts: Sequence[str]) -> list[bytes]:
        """Redirects are not followed: the code goes where the operator said, and nowhere else."""
        try:
            with client.stream(
                "POST", self._address, json={"model": self._model, "input": list(texts)}
            ) as reply:
                body = read_bounded(reply, LIMIT_BYTES)
            if reply.status_code != httpx2.codes.OK:
                said = body[:SAID_CHARS].decode("utf-8", "replace")
                raise Unreachable(f"{self._address} answers {reply.status_code}: {said}")
            rows = sorted(json.loads(body)["data"], key=lambda row: row["index"])
            return _rows(np.array([row["embedding"] for row in rows], np.float32), len(texts))
        except httpx2.TransportError as failed:
            raise Unreachable(
                f"{self._address} cannot be asked: {failed or type(failed).__name__}."
            ) from None
        except (ValueError, KeyError, TypeError) as wrong:
            raise Unreachable(
                f"{self._address} does not answer as an embeddings API does: {wrong}."
            ) from None


class Folder:
    """The port Embedder over a static model in a folder, loaded when it is first asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return f"{self._folder} {self._mark}"

    @cached_property
    def _mark(self) -> str:
        """Another model in the same folder has another."""
        try:
            stat = (self._folder / WEIGHTS).stat()
        except OSError as wrong:
            raise Unreachable(
                f"{self._folder} holds no model: {WEIGHTS} cannot be read: {wrong.strerror}."
            ) from None
        return blake2b(f"{stat.st_size} {stat.st_mtime_ns}".encode(), digest_size=6).hexdigest()

    @cached_property
    def _model(self) -> StaticModel:
        try:
            from model2vec import StaticModel  # noqa: PLC0415 - an extra that few install
        except ImportError:
            raise Unreachable(
                "A model in a folder needs one more package: pip install model2vec"
            ) from None
        try:
            return StaticModel.from_pretrained(self._folder, force_download=False)
        except Exception as wrong:  # of an odd tokenizer.json the library raises Exception itself
            raise Unreachable(
                f"{self._folder} cannot be read as a static model: {wrong}"
            ) from wrong

    def vectors(self, texts: Sequence[str]) -> list[bytes]:
        try:
            return _rows(np.asarray(self._model.encode(list(texts)), np.float32), len(texts))
        except ValueError as wrong:
            raise Unreachable(f"The model in {self._folder} is of no use: {wrong}.") from None


def _rows(found: NDArray[np.float32], wanted: int) -> list[bytes]:
    """Each of length 1, as bytes. Raises ValueError for what are no vectors."""
    if found.ndim != 2 or len(found) != wanted or not np.isfinite(found).all():
        raise ValueError(f"{wanted} vectors were expected, not an array of {found.shape}")
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return [row.tobytes() for row in found / np.where(lengths > 0, lengths, 1)]
