"""Say in our own words that the record is away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from bot.ports import Unreachable

# All others are faults of ours.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, psycopg.OperationalError)


def flatten_error(error: BaseException) -> str:
    """Say on one line what a database says went wrong."""
    return " ".join(str(error).split())


@contextmanager
def raise_unreachable() -> Iterator[None]:
    """Raise Unreachable where a statement in the block does not reach the record."""
    try:
        yield
    except AWAY as error:
        text = flatten_error(getattr(error, "orig", error))
        raise Unreachable(f"The record: {text}", "the database of the record") from None
