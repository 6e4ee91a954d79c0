"""What the engine runs: durable workflows, each a paragraph of steps."""

from __future__ import annotations

from bot.run import Story
from bot.stories.explain_checks import explain_checks
from bot.stories.follow_base import follow_base
from bot.stories.follow_parts import follow_parts
from bot.stories.follow_pull import follow_pull
from bot.stories.handle_command import handle_command
from bot.stories.handle_review import handle_review
from bot.stories.repair_checks import repair_checks
from bot.stories.solve_issue import solve_issue
from bot.stories.stop_parts import stop_parts
from bot.stories.tell_set_aside import tell_set_aside
from bot.stories.update_branch import update_branch
from bot.stories.work_on_pull import work_on_pull

# What people call a run; the rest handles their events.
RUNS: tuple[Story, ...] = (solve_issue, work_on_pull, update_branch)
STORIES: tuple[Story, ...] = (
    handle_command,
    handle_review,
    explain_checks,
    follow_base,
    follow_pull,
    follow_parts,
    stop_parts,
    repair_checks,
    tell_set_aside,
    *RUNS,
)
