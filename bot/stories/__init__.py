"""What the engine runs: durable workflows, each a paragraph of steps."""

from __future__ import annotations

from bot.run import Story
from bot.stories.handle_command import handle_command
from bot.stories.solve_issue import solve_issue

STORIES: tuple[Story, ...] = (handle_command, solve_issue)
