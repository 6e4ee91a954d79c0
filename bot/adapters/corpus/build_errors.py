"""What keeps a repository out of the corpus, in sentences for people."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from bot.adapters.full_disk import is_disk_full
from bot.adapters.git.git_errors import (
    REMOTE,
    GitError,
    GitTimeoutError,
    NoRepositoryError,
    redact_secret,
    summarize,
)
from bot.ports import Unreachable
from bot.values import Remote

FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_THERE = re.compile(
    r"Authentication failed|could not read Username|returned error: 40[134]|not found",
    re.IGNORECASE,
)


class NotBuiltError(Exception):
    """One repository cannot be read; the text says why, and what to do. Others go on."""


class CorpusFullError(Exception):
    """There is no room for more: nothing half-written is left, and nothing further is tried."""


class CorpusBusyError(Exception):
    """Another process builds the corpus, or reads it."""


@contextmanager
def build_errors(name: str, remote: Remote) -> Iterator[None]:
    """Raise the errors of this module in the place of those of git and disks."""
    try:
        yield
    except GitError as failed:
        if is_disk_full(failed):
            raise CorpusFullError(f"The disk is full (at {name}).") from None
        raise NotBuiltError(_explain(name, failed, remote)) from None
    except NoRepositoryError as failed:
        text = str(failed)
        raise NotBuiltError(f"{name}: {text}" if text.startswith("It ") else text) from None
    except Unreachable as failed:
        raise NotBuiltError(f"{name} was not read: {failed}.") from None
    except OSError as failed:
        if failed.errno not in FULL:
            raise
        raise CorpusFullError(f"The disk is full (at {name}).") from None


def _explain(name: str, failed: GitError, remote: Remote) -> str:
    summary = redact_secret(summarize(failed), remote).rstrip(".")
    if not remote.url:
        return f"{name} cannot be read: {summary}."
    if NOT_THERE.search(str(failed)) and not isinstance(failed, GitTimeoutError):
        reader = "this token" if remote.secret else "no token (GH_TOKEN)"
        return f"There is no {name} that can be read with {reader}. Check its name."
    if REMOTE.search(str(failed)) or isinstance(failed, GitTimeoutError):
        return f"{name} could not be fetched: {summary}. Is the network there? Then try again."
    return f"The clone of {name} failed: {summary}."
