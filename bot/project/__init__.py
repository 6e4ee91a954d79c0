"""Plan a new project as data, and check the plan and what was written by it.

Pure: it is handed values and texts, and hands findings and texts back.
"""

from bot.project.build_workflow import check_workflow, order_steps
from bot.project.command_targets import check_targets
from bot.project.import_graph import find_loaded
from bot.project.licence_text import LICENCE_FILE, name_licence, write_licence
from bot.project.order_files import order_files
from bot.project.read_specification import UnreadableSpecification, read_specification
from bot.project.render_specification import render_specification
from bot.project.structure import check_structure
from bot.project.written_files import check_written

__all__ = [
    "LICENCE_FILE",
    "UnreadableSpecification",
    "check_structure",
    "check_targets",
    "check_workflow",
    "check_written",
    "find_loaded",
    "name_licence",
    "order_files",
    "order_steps",
    "read_specification",
    "render_specification",
    "write_licence",
]
