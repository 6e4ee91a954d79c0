"""What the log says beside each line: of which run, which delivery and which span it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")

_NONE: Mapping[str, str] = MappingProxyType({})
_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("log_fields", default=_NONE)


@contextmanager
def log_fields(**fields: str) -> Iterator[None]:
    """Say these fields with whatever is logged in the block, in this thread or task."""
    token = _FIELDS.set({**_FIELDS.get(), **{name: text for name, text in fields.items() if text}})
    try:
        yield
    finally:
        _FIELDS.reset(token)


def read_log_fields() -> Mapping[str, str]:
    """Read the fields of this thread or task, such as {"run": "owner/repo#7/1"}."""
    return _FIELDS.get()


def call_with_fields(fields: Mapping[str, str], call: Callable[[], T]) -> T:
    """Call it, as in another thread, and say these fields with what it logs."""
    with log_fields(**fields):
        return call()
