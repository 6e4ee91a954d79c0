"""Find the secrets that this process holds by their values, however a text writes them."""

from __future__ import annotations

import binascii
import html
import json
import re
from base64 import b32encode, b64decode, b64encode
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from urllib.parse import quote

MASK = "***"
LEAST_CHARS = 8  # of a secret: what is shorter would mask words
PIECE_CHARS = 16  # of letters and digits: by so many of them in a row a long secret is known
MOST_ADDED = 1_000  # the oldest are forgotten: a token lives for an hour
LONG_CHARS = 2_000  # of a text that is looked at once, and then known to be clean
MOST_CLEAN = 20_000
# How much each form of base64 has of what stands before and behind.
BEFORE, BEHIND = (0, 2, 3), (0, 3, 2)
# What all keys of one kind and size begin with, and no key's own.
COMMON_KEY_CHARS, COMMON_KEY_BYTES = 48, 36
_KEY_FRAME = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]+-----")
_FILLING = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Forms:
    """How texts may write one secret: `literals` to the letter, `cores` by letters and digits."""

    literals: frozenset[str]
    cores: frozenset[str]


class SecretValues:
    """The secrets of this process, such as keys and live tokens. Safe to use from many threads.

    A secret is found whole, turned around, in hexadecimal digits, in base64 and base32 wherever it
    begins there, and as URLs, JSON and HTML write it; case, blanks, quotes and line ends between
    its characters do not matter. Of a long one 31 letters and digits in a row are enough.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = Lock()
        self._forms: OrderedDict[str, _Forms] = OrderedDict()
        self._kept = 0
        self._index = _Index(())
        for secret in secrets:
            self.add(secret)
        self._kept = len(self._forms)

    def add(self, secret: str) -> None:
        """Take in a secret; one that is too short to be told from words is left out."""
        with self._lock:
            if len(secret) < LEAST_CHARS or secret in self._forms:
                return
            self._forms[secret] = _write_forms(secret)
            if len(self._forms) > self._kept + MOST_ADDED:
                oldest = list(self._forms)[self._kept]
                del self._forms[oldest]
            self._index = _Index(self._forms.values())

    def mask(self, text: str, mark: str = MASK) -> str:
        """Replace each secret by the mark."""
        parts = []
        reached = 0
        for start, end in self._index.find_spans(text):
            parts += [text[reached:start], mark]
            reached = end
        return "".join([*parts, text[reached:]])

    def find(self, text: str) -> tuple[str, ...]:
        """Return what `mask` would take out of the text, each once."""
        spans = self._index.find_spans(text)
        return tuple(dict.fromkeys(text[start:end] for start, end in spans))


class _Index:
    """What some secrets are found by, and which long texts have none of them."""

    def __init__(self, forms: Iterable[_Forms]) -> None:
        self._lock = Lock()
        # Hashes of them: of a conversation the beginning is looked at with each turn.
        self._clean: OrderedDict[int, None] = OrderedDict()
        known = tuple(forms)
        cores = [core for each in known for core in each.cores]
        self._literals = {literal for each in known for literal in each.literals}
        self._wholes = {core for core in cores if len(core) < 2 * PIECE_CHARS}
        self._pieces = {  # with the form that each is of, and where
            core[start : start + PIECE_CHARS]: (core, start)
            for core in cores
            if len(core) >= 2 * PIECE_CHARS
            for start in range(0, len(core) - PIECE_CHARS + 1, PIECE_CHARS)
        }

    def find_spans(self, text: str) -> list[tuple[int, int]]:
        """Find where secrets stand: in order, and apart."""
        if len(text) < LONG_CHARS:
            return self._search(text)
        name = hash(text)
        if name in self._clean:
            return []
        spans = self._search(text)
        if not spans:
            self._remember_clean(name)
        return spans

    def _remember_clean(self, name: int) -> None:
        with self._lock:
            self._clean[name] = None
            if len(self._clean) > MOST_CLEAN:
                self._clean.popitem(last=False)

    def _search(self, text: str) -> list[tuple[int, int]]:
        spans = [span for literal in self._literals for span in _find_all(literal, text)]
        core = _FILLING.sub("", text).lower()
        hits = [*self._find_wholes(core), *self._find_pieces(core)]
        if hits:
            places = [index for index, char in enumerate(text) if char.isascii() and char.isalnum()]
            spans += [(places[start], places[end - 1] + 1) for start, end in hits]
        return _merge_spans(spans)

    def _find_wholes(self, core: str) -> Iterator[tuple[int, int]]:
        for whole in self._wholes:
            yield from _find_all(whole, core)

    def _find_pieces(self, core: str) -> Iterator[tuple[int, int]]:
        """Find the parts of long secrets, each as far as the text goes on as the secret does."""
        pieces, size = self._pieces, PIECE_CHARS
        starts = range(len(core) - size + 1 if pieces else 0)
        reached = 0
        # A list is made faster than a loop turns, and a log has millions of places.
        for start in [start for start in starts if core[start : start + size] in pieces]:
            if start >= reached:
                first, reached = _extend(core, start, *pieces[core[start : start + size]])
                yield first, reached


def _extend(core: str, start: int, secret: str, offset: int) -> tuple[int, int]:
    """Go on from a piece in both directions, as long as the text is the secret's."""
    end, known_end = start + PIECE_CHARS, offset + PIECE_CHARS
    while start and offset and core[start - 1] == secret[offset - 1]:
        start, offset = start - 1, offset - 1
    while end < len(core) and known_end < len(secret) and core[end] == secret[known_end]:
        end, known_end = end + 1, known_end + 1
    return start, end


def _find_all(part: str, text: str) -> Iterator[tuple[int, int]]:
    start = text.find(part)
    while start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + len(part))


def _merge_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _write_forms(secret: str) -> _Forms:
    forms = set(_write_key(secret) if _KEY_FRAME.search(secret) else _write_text(secret))
    cores = {_FILLING.sub("", form).lower() for form in forms}
    return _Forms(
        # Where few letters and digits are left, what stands between them counts.
        frozenset(
            form for form in filter(None, forms) if len(_FILLING.sub("", form)) < PIECE_CHARS
        ),
        frozenset(core for core in cores if len(core) >= PIECE_CHARS),
    )


def _write_text(secret: str) -> Iterator[str]:
    own = _drop_common_parts(secret)
    yield from (own, own[::-1], html.escape(own), json.dumps(own)[1:-1])
    yield from (quote(own, safe=""), quote(own))
    yield from _encode(own.encode())


def _write_key(pem: str) -> Iterator[str]:
    """Write a private key: its lines, what they encode, and its file as a whole."""
    body = _FILLING.sub("", _KEY_FRAME.sub("", pem))
    yield from (body[COMMON_KEY_CHARS:], body[COMMON_KEY_CHARS:][::-1])
    try:
        data = b64decode("".join(_KEY_FRAME.sub("", pem).split()))
    except (binascii.Error, ValueError):  # as in examples: there is no more to tell by
        data = b""
    yield from _encode(data[COMMON_KEY_BYTES:])
    lines = pem.encode()
    yield from _encode(lines[lines.find(b"\n") + 1 + COMMON_KEY_CHARS :])


def _drop_common_parts(secret: str) -> str:
    """Keep of a token what is its own: the parts of all JWTs are alike at their beginnings."""
    last = secret.rpartition(".")[2]
    return last if secret.count(".") > 1 and len(last) >= 2 * PIECE_CHARS else secret


def _encode(data: bytes) -> Iterator[str]:
    """Encode bytes, in base64 wherever they may begin there."""
    if len(data) < LEAST_CHARS:
        return
    yield from (data.hex(), data[::-1].hex(), b32encode(data).decode().rstrip("="))
    for turned in (data, data[::-1]):
        for offset in range(3):
            encoded = b64encode(bytes(offset) + turned).decode()
            behind = BEHIND[(offset + len(turned)) % 3]
            yield encoded[BEFORE[offset] : len(encoded) - behind]
            yield encoded[BEFORE[offset] : len(encoded) - behind][::-1]
