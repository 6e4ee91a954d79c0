"""The tools that the model may call, one file each, in this table.

A tool is added with its file and a line here. Their order is part of the prompt: changing it, or a
word of a description, empties the prompt cache for every run that begins later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.tools.answer_thread import ANSWER_THREAD
from bot.tools.ask_thread import ASK_THREAD
from bot.tools.create_file import CREATE_FILE
from bot.tools.decline_wish import DECLINE_WISH
from bot.tools.delete_file import DELETE_FILE
from bot.tools.edit_file import EDIT_FILE
from bot.tools.find_symbol import FIND_SYMBOL
from bot.tools.finish import FINISH
from bot.tools.grep import GREP
from bot.tools.list_dir import LIST_DIR
from bot.tools.log_grep import LOG_GREP
from bot.tools.log_lines import LOG_LINES
from bot.tools.make_async import MAKE_ASYNC
from bot.tools.move_symbol import MOVE_SYMBOL
from bot.tools.prove_criteria import PROVE_CRITERIA
from bot.tools.read_file import READ_FILE
from bot.tools.read_request import READ_REQUEST
from bot.tools.record_behaviour import RECORD_BEHAVIOUR
from bot.tools.rename_symbol import RENAME_SYMBOL
from bot.tools.replace_text import REPLACE_TEXT
from bot.tools.restore_file import RESTORE_FILE
from bot.tools.run_check import RUN_CHECK
from bot.tools.run_command import RUN
from bot.tools.session import AgentContext, ToolSession
from bot.tools.show_diff import SHOW_DIFF
from bot.tools.submit_brief import SUBMIT_BRIEF
from bot.tools.submit_plan import SUBMIT_PLAN
from bot.tools.submit_specification import SUBMIT_SPECIFICATION
from bot.tools.submit_split import SUBMIT_SPLIT
from bot.tools.submit_structure import SUBMIT_STRUCTURE
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.tools.update_todo import UPDATE_TODO
from bot.tools.write_project_file import WRITE_FILE

__all__ = [
    "PROJECT_TOOLS",
    "TOOLS",
    "AgentContext",
    "Tool",
    "ToolInput",
    "ToolRefusal",
    "ToolSession",
    "select_tools",
]

TOOLS: tuple[Tool[Any], ...] = (
    READ_REQUEST,
    LIST_DIR,
    GREP,
    READ_FILE,
    FIND_SYMBOL,
    EDIT_FILE,
    CREATE_FILE,
    DELETE_FILE,
    RESTORE_FILE,
    REPLACE_TEXT,
    RENAME_SYMBOL,
    MAKE_ASYNC,
    MOVE_SYMBOL,
    SHOW_DIFF,
    UPDATE_TODO,
    RUN_CHECK,
    RUN,
    RECORD_BEHAVIOUR,
    LOG_LINES,
    LOG_GREP,
    ANSWER_THREAD,
    ASK_THREAD,
    SUBMIT_BRIEF,
    PROVE_CRITERIA,
    SUBMIT_SPLIT,
    SUBMIT_PLAN,
    FINISH,
)

# Those of a conversation that makes a project from nothing.
PROJECT_TOOLS: tuple[Tool[Any], ...] = (
    SUBMIT_SPECIFICATION,
    DECLINE_WISH,
    SUBMIT_STRUCTURE,
    WRITE_FILE,
    EDIT_FILE,
    DELETE_FILE,
    LIST_DIR,
    GREP,
    READ_FILE,
    RUN,
    LOG_LINES,
    LOG_GREP,
)


def select_tools(
    paths: Iterable[str],
    *,
    has_threads: bool = False,
    has_sandbox: bool = False,
    asks_brief: bool = False,
    records_behaviour: bool = False,
) -> tuple[Tool[Any], ...]:
    """Select the tools that are of use in a repository of these files, in the table's order.

    `has_threads`: the job has threads of a review to answer. `has_sandbox`: code can run.
    `asks_brief`: the request is not small and clear. `records_behaviour`: what the code does may
    have to stay the same.
    """
    names = tuple(paths)
    return tuple(
        tool
        for tool in TOOLS
        if _has_files(tool, names)
        and (has_threads or not tool.for_threads)
        and (has_sandbox or not tool.for_sandbox)
        and (asks_brief or not tool.for_brief)
        and (records_behaviour or not tool.for_behaviour)
    )


def _has_files(tool: Tool[Any], paths: tuple[str, ...]) -> bool:
    return not tool.suffixes or any(path.endswith(tool.suffixes) for path in paths)
