"""Read CI logs and tell what failed, where, and whose fault it is."""

from bot.logs.clean_log import clean_log
from bot.logs.code_excerpt import attach_code
from bot.logs.failed_commands import find_failed_commands
from bot.logs.merge_readings import attach_job, merge_readings
from bot.logs.read_log import read_log
from bot.logs.render_reading import render_reading
from bot.logs.summary_line import find_summary

__all__ = [
    "attach_code",
    "attach_job",
    "clean_log",
    "find_failed_commands",
    "find_summary",
    "merge_readings",
    "read_log",
    "render_reading",
]
