"""Embed texts by an endpoint that speaks OpenAI's embeddings API, or by a static model on disk.

The endpoint may be a model server next door: Ollama, llama.cpp, vLLM and Text Embeddings Inference
all speak that API. A static model is a folder as model2vec writes it; it embeds thousands of
passages a second on one core. Nothing is ever downloaded.
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

URL_SCHEMES = ("http://", "https://")
WEIGHTS_FILE = "model.safetensors"
BATCH_TEXTS = 64  # in one request
TIMEOUT_S = 30.0
LIMIT_BYTES = 64_000_000
ERROR_CHARS = 200


def open_embedder(location: str | None, model: str = "", key: str = "") -> Embedder | None:
    """Return the embedder at a URL or in a folder; None without a location."""
    if not location:
        return None
    if location.startswith(URL_SCHEMES):
        return HttpEmbedder(location, model, key)
    return StaticEmbedder(Path(location).expanduser())


class HttpEmbedder:
    """The port Embedder over HTTP: POST {"model", "input"} to URL/embeddings."""

    def __init__(self, url: str, model: str, key: str = "", timeout_s: float = TIMEOUT_S) -> None:
        """Prepare requests; nothing is sent yet."""
        self._url = f"{url.rstrip('/').removesuffix('/embeddings')}/embeddings"
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """The model and where it runs."""
        return f"{self._model} at {self._url}"

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return one vector for each text: float32 numbers of length 1. Raises Unreachable."""
        vectors: list[bytes] = []
        # Redirects are not followed: the code goes where the operator said, and nowhere else.
        with httpx2.Client(
            timeout=self._timeout_s, trust_env=False, headers=self._headers
        ) as client:
            for start in range(0, len(texts), BATCH_TEXTS):
                vectors += self._request(client, texts[start : start + BATCH_TEXTS])
        return vectors

    def _request(self, client: httpx2.Client, texts: Sequence[str]) -> list[bytes]:
        question = {"model": self._model, "input": list(texts)}
        try:
            with client.stream("POST", self._url, json=question) as reply:
                body = read_bounded(reply, LIMIT_BYTES)
            if reply.status_code != httpx2.codes.OK:
                excerpt = body[:ERROR_CHARS].decode("utf-8", "replace")
                raise Unreachable(f"{self._url} answers {reply.status_code}: {excerpt}")
            rows = sorted(json.loads(body)["data"], key=lambda row: row["index"])
            return _normalize(np.array([row["embedding"] for row in rows], np.float32), len(texts))
        except httpx2.TransportError as error:
            reason = error or type(error).__name__
            raise Unreachable(f"{self._url} cannot be asked: {reason}.") from None
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(
                f"{self._url} does not answer as an embeddings API does: {error}."
            ) from None


class StaticEmbedder:
    """The port Embedder over a static model in a folder, loaded when it is first used."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; nothing is read yet."""
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder and a digest: another model in the same folder has another name."""
        return f"{self._folder} {self._digest}"

    @cached_property
    def _digest(self) -> str:
        try:
            stat = (self._folder / WEIGHTS_FILE).stat()
        except OSError as error:
            raise Unreachable(
                f"{self._folder} holds no model: {WEIGHTS_FILE} cannot be read: {error.strerror}."
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
        except Exception as error:  # of an odd tokenizer.json the library raises Exception itself
            raise Unreachable(
                f"{self._folder} cannot be read as a static model: {error}"
            ) from error

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return one vector for each text: float32 numbers of length 1. Raises Unreachable."""
        try:
            vectors = np.asarray(self._model.encode(list(texts)), np.float32)
            return _normalize(vectors, len(texts))
        except ValueError as error:
            raise Unreachable(f"The model in {self._folder} is of no use: {error}.") from None


def _normalize(vectors: NDArray[np.float32], expected: int) -> list[bytes]:
    """Scale each vector to length 1. Raises ValueError for anything but so many finite vectors."""
    if vectors.ndim != 2 or len(vectors) != expected or not np.isfinite(vectors).all():
        raise ValueError(f"{expected} vectors were expected, not an array of {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [row.tobytes() for row in vectors / np.where(lengths > 0, lengths, 1)]
