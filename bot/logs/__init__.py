"""Here lives the reading of CI logs: what kind of failure, what to do about it, what broke where."""

from bot.logs.clean import cleaned
from bot.logs.code import with_code
from bot.logs.explain import explain
from bot.logs.merge import merged, of_job
from bot.logs.tell import telling

__all__ = ["cleaned", "explain", "merged", "of_job", "telling", "with_code"]
