"""Begin the conversation in which a project is made."""

from __future__ import annotations

from collections.abc import Iterator

from bot.ports import Ports
from bot.run import step
from bot.text.prompts import load
from bot.tools import PROJECT_TOOLS
from bot.values import ConversationStart, Machine, PromptPrefix, Wish

# What people call the programs that a project's language needs.
PROGRAMS = {
    "python3": "Python",
    "node": "node",
    "npm": "npm",
    "go": "Go",
}


@step("open_project")
def open_project(ports: Ports, wish: Wish, *, can_run: bool) -> ConversationStart:
    """Fix what the conversation begins with: the prompt, the tools, the wish and the machine."""
    machine = ports.sandbox.find_machine() if can_run else Machine()
    tools = tuple(tool.schema for tool in PROJECT_TOOLS if can_run or not tool.for_sandbox)
    opening = load("begin_project").render(
        wish=wish.text, machine=_describe_machine(machine, can_run=can_run)
    )
    prefix = PromptPrefix(load("make_project").text, tools)
    return ConversationStart(prefix, opening, load("nudge_project").render(), ports.model.name)


def _describe_machine(machine: Machine, *, can_run: bool) -> str:
    if not can_run:
        return "No code can be run on this machine: what you write is read and not tried."
    return f"The machine that installs, runs and tests it has {', '.join(_list_programs(machine))}."


def _list_programs(machine: Machine) -> Iterator[str]:
    for program, name in PROGRAMS.items():
        if program in machine.programs:
            yield f"{name} {machine.programs[program]}".rstrip()
        else:
            yield f"no {name}"
