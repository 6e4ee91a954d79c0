"""Find how a repository checks itself, and what those checks need."""

from bot.checks.check_files import list_check_files
from bot.checks.find_checks import find_project_checks

__all__ = ["find_project_checks", "list_check_files"]
