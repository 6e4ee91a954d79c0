"""Find what no program can be given, before a tier fails at it."""

from __future__ import annotations

from bot.values import SandboxJob

MOST_BYTES = 128 * 1024 - 1  # of one argument or variable: MAX_ARG_STRLEN, see `man 2 execve`


def explain_unfit_job(job: SandboxJob) -> str:
    """Say why the commands or variables of a job cannot be passed on; empty when they can.

    They come from a repository's files, or from the model.
    """
    for name in job.environment:
        if not name or "=" in name:
            return f"No variable can be called “{name}”."
    scripts = [job.commands, *(setup.commands for setup in job.setups)]
    texts = ["\n".join(commands) for commands in scripts]
    texts += ["=".join(variable) for variable in job.environment.items()]
    if any("\0" in text for text in texts):
        return "A command or a variable holds a NUL character, which no program can be given."
    if any(len(text.encode(errors="surrogatepass")) > MOST_BYTES for text in texts):
        return "The commands or a variable are longer than the 128 KB that a program can be given."
    return ""
