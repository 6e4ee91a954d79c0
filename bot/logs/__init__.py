"""Here lives the reading of CI logs: what kind of failure, what to do about it, what broke where."""

from bot.logs.clean_log import cleaned
from bot.logs.code_excerpt import with_code
from bot.logs.merge_readings import merged, of_job
from bot.logs.read_log import explain
from bot.logs.render_reading import telling

__all__ = ["cleaned", "explain", "merged", "of_job", "telling", "with_code"]
