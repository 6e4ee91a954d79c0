"""Write for the model which threads came while it worked."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ports import Ports
from bot.run import step
from bot.text.quoted_data import QUOTED
from bot.tools.request_sections.threads import render_threads
from bot.tools.thread_answers import number_threads
from bot.tools.tree_reader import TreeReader
from bot.values import RunState


@step("render_new_threads")
def render_new_threads(ports: Ports, state: RunState, names: Sequence[str]) -> str:
    """Render the threads with these names as data, with their numbers and their lines."""
    numbered = number_threads(state.open_threads)
    new = {number: thread for number, thread in numbered.items() if thread.id in names}
    reader = TreeReader(ports, state.base, state.patch)
    opening = "Reviewers asked for more meanwhile. Answer these threads too, then call `finish`."
    return "\n\n".join([opening, QUOTED, *render_threads(new, reader)])
