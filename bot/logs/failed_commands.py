"""Find the commands of the steps that failed, as the log of an Actions job shows them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.logs.job_steps import StepLog, split_steps

_RUN = "##[group]Run "
_AFTER_SCRIPT = ("shell:", "with:", "env:", "##[endgroup]")


def find_failed_commands(lines: Iterable[bytes]) -> tuple[tuple[str, ...], ...]:
    """Return the lines of each failed step's script, or the name of the action that it uses.

    A step without either, as in a log of another system, has no lines.
    """
    return tuple(_script_lines(step) for step in split_steps(lines).steps)


def _script_lines(step: StepLog) -> tuple[str, ...]:
    """Take the script out of the step's first group: its heading, the lines, then their settings.

    The heading repeats the first line of a script.
    """
    texts = [line.text.strip() for line in step.command]
    if not texts or not texts[0].startswith(_RUN):
        return ()
    script = [texts[0].removeprefix(_RUN)]
    for text in texts[1:]:
        if text.startswith(_AFTER_SCRIPT):
            break
        script.append(text)
    return tuple(dict.fromkeys(text for text in script if text))
