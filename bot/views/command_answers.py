"""Render the answers to commands: a help that fits the place, a status, a suggestion."""

from __future__ import annotations

from collections.abc import Mapping

from bot.text import as_code_span
from bot.text.durations import render_duration
from bot.values import ApprovalRequest, Checks, LastRun, PullDetails, Request
from bot.values.request import ON_DEMAND

NOT_YOURS = "Sorry: only people with write access to this repository can ask me for that."
IDLE = "Nothing is under way here."
WITH_WORDS = ("generate", "retry", *ON_DEMAND)
WORDS_CHARS = 200
MINUTE_S = 60


def render_help(label: str) -> str:
    """Render what can be said on an issue, and what each command does."""
    return (
        "I work on an issue when somebody with write access comments one of these, "
        f"on a line of its own:\n\n{_render_commands(label)}"
    )


def render_pull_help(label: str, pull: PullDetails) -> str:
    """Render what can be said on this pull request, and what each command does there."""
    rows = {
        "/generate what you want": "Change this pull request so: a commit on top of its branch.",
        "/generate": "Repair CI when it is red, else answer the threads that wait for me.",
        "/fix": "Read why CI is red, and repair it.",
        "/explain": "Say what is red, what broke where, and whose fault it is. Nothing is changed.",
        "/update": "Merge the base into the branch, and solve what is in conflict.",
        "/retry": "Ask once more for what was asked of me last.",
        "/approve": "Let me go on, where I wait for an approval of what I have shown.",
        "/stop": "End the work on this pull request.",
        "/status": "Say how it stands, since when, and what it cost.",
        "/help": "Show this table.",
    }
    if pull.is_fork:  # where nothing can be pushed
        del rows["/update"]
        rows |= {
            "/generate what you want": "Suggest the change in a review: I cannot push to a fork.",
            "/fix": "Read why CI is red, and suggest the repair in a review.",
        }
    notes = f"The label {as_code_span(label)} works on issues."
    if pull.is_ours:
        notes = f"I answer reviews of this pull request too, for I wrote it. {notes}"
    return (
        "I work on this pull request when somebody with write access comments one of these, on a "
        f"line of its own:\n\n{_render_table(rows)}\n\n{notes}"
    )


def render_label_answer() -> str:
    """Say that the label asks for nothing on a pull request."""
    return (
        "On a pull request the label asks for nothing: it is for issues. "
        "Comment `/generate` with what to change. `/help` shows all commands."
    )


def render_only_on_pulls(request: Request) -> str:
    """Say that a command works on pull requests alone."""
    command = _render_command(request.command)
    return f"{command} works on pull requests. `/help` shows what works here."


def render_what_is_meant(request: Request) -> str:
    """Ask for the code that a command is about."""
    command = f"/{request.command}"
    return (
        f"Say what: `{command} PATH`, `{command} PATH:LINES` or `{command} NAME`. For example: "
        f"`{command} shop/cart.py`, `{command} shop/cart.py:10-30` or `{command} Cart.total`."
    )


def render_only_on_issues(request: Request) -> str:
    """Say that a command works on issues alone."""
    command = _render_command(request.command)
    return (
        f"{command} works on issues: there I make a pull request of its own. To have it in this "
        "one, say it in words: `/generate` and what. `/help` shows what works here."
    )


def render_fork_update(target: PullDetails) -> str:
    """Say why nothing can be merged into the branch of a fork."""
    fork = as_code_span(target.head_repo) if target.head_repo else "a fork that is gone"
    return (
        f"This pull request comes from {fork}, where I cannot push. Whoever may push there can "
        "use *Update branch* on this page, or merge the base by hand."
    )


def render_no_fix(checks: Checks) -> str:
    """Say why there is nothing to repair: what CI says of the newest commit."""
    commit = f"`{checks.sha[:7]}`"
    if checks.is_pending:
        return (
            f"CI is still running on {commit}, and nothing has failed so far. "
            "Comment `/fix` again when it has ended."
        )
    if checks.is_silent:
        return f"CI has said nothing of {commit}, so there is nothing to repair."
    if checks.green:
        return f"CI is green on {commit}: there is nothing to repair."
    return f"No check failed on {commit}, so there is nothing to repair."


def render_what_is_wanted(checks: Checks) -> str:
    """Ask what to do with a pull request that asks for nothing by itself."""
    ci = "CI is still running" if checks.is_pending else "No check is red"
    return (
        f"What shall I do here? {ci}, and no open thread waits for me. "
        "Comment `/generate` with what to change. `/help` shows all commands."
    )


def render_nothing_to_approve() -> str:
    """Say that nothing waits for an approval."""
    return "Nothing waits for an approval here. `/status` says how it stands."


def render_other_approval(asked: ApprovalRequest) -> str:
    """Say what waits for an approval, where a comment did not mean that."""
    return (
        f"That approves nothing: I wait for the approval of `{asked.short_hash}`, which is "
        f"[shown here]({asked.url}). To approve it, comment `/approve {asked.short_hash}`."
    )


def render_waiting_split(asked: ApprovalRequest) -> str:
    """Say what can be done with parts that wait for an approval."""
    return (
        f"I wait for your word on the parts that are [shown here]({asked.url}). To approve them, "
        f"comment `/approve {asked.short_hash}`. `/generate` with what to change has me divide "
        "them otherwise, and `/generate whole` has me do all of it in one change."
    )


def render_own_approval(asked: ApprovalRequest) -> str:
    """Say that whoever asked may not approve it."""
    return (
        f"You asked for this, so somebody else with write access has to approve "
        f"[`{asked.short_hash}`]({asked.url}): so says `approve_by: other` in "
        "`.github/greenlit.yml`."
    )


def render_suggestion(request: Request, nearest: str) -> str:
    """Suggest the command that was meant, with the words that came with it."""
    is_mention = request.command.startswith("@")
    problem = f"I know no {_render_command(request.command)}, so I did nothing."
    if is_mention:
        problem = "I do not read mentions, only commands on a line of their own."
    if is_mention and not request.words:
        return f"{problem} `/help` shows them all."
    words = request.words if nearest in WITH_WORDS else ""
    if is_mention and guess_command_word(words) == nearest:
        words = words.partition(" ")[2]
    meant = as_code_span(f"/{nearest} {words}".strip(), WORDS_CHARS)
    return f"{problem} Did you mean {meant}? `/help` shows all commands."


def guess_command_word(words: str) -> str:
    """Read the first word behind a mention as if it were a command's name."""
    return words.partition(" ")[0].strip("/.,:!").lower()


def render_busy(request: Request, last: LastRun | None) -> str:
    """Say that a run is under way already, and what becomes of the words that came now."""
    place = "pull request" if request.on_pull else "issue"
    text = f"I am at work on this {place} already. {_link_report(last, 'My comment', 'shows')}"
    if not request.words:
        return text.rstrip()
    return (
        f"{text}That run does not hear what you wrote: say it again when it has ended, "
        "or end it now with `/stop`."
    )


def render_status(last: LastRun | None, now: float, *, on_pull: bool = False) -> str:
    """Say how the newest run stands or how it ended, from what people were told last."""
    if last is None and on_pull:
        begin = "comment `/generate` with what to change, or `/fix`"
        return f"{IDLE} I have not worked on this pull request yet: {begin}."
    if last is None:
        return f"{IDLE} I have not worked on this issue yet: comment `/generate` to begin."
    line = f"{last.report.line} " if last.report else ""
    if last.is_live:
        asked = render_duration(now - last.began)
        link = _link_report(last, "My comment", "shows")
        return f"A run is under way; it was asked for {asked} ago. {line}{link}`/stop` ends it."
    return f"{IDLE} {_render_end(last, now, line)}".rstrip()


def _render_end(last: LastRun, now: float, line: str) -> str:
    ago = render_duration(now - last.changed)
    if last.outcome is None:  # it died, and could say nothing of it
        return f"The last run broke off {ago} ago. Comment `/retry` to try again."
    took_s = last.changed - last.began
    took = f", after {render_duration(took_s)}" if took_s >= MINUTE_S else ""
    pull = f"The pull request is #{last.outcome.pull}. " if last.outcome.pull else ""
    link = _link_report(last, "My last comment on it", "tells")
    return f"The last run ended {ago} ago{took}. {line}{pull}{link}"


def _link_report(last: LastRun | None, name: str, verb: str) -> str:
    """Link what people were told last; empty where its address is not known."""
    if last is None or last.report is None or not last.report.url:
        return ""
    return f"[{name}]({last.report.url}) {verb} more. "


def _render_command(command: str) -> str:
    return as_code_span(f"/{command}")


def _render_commands(label: str) -> str:
    shown_label = as_code_span(label).replace("|", "\\|")
    rows = {
        "/generate": f"Solve the issue. The label {shown_label} asks for the same.",
        "/generate what you want": "The same, and your words count as part of the request. "
        "While my pull request for the issue is open, I go on with that one.",
        "/generate go": "Begin with the defaults, where I asked before I planned. "
        "`/generate 1: your answer` answers a question by its number.",
        "/refactor rename OLD NEW": "Rename a definition everywhere, in a pull request of its own. "
        "No model is asked, so it costs nothing. "
        "`/refactor async NAME` and `/refactor move NAME FILE` work too.",
        "/document PATH or NAME": "Write the docstrings or doc comments of a file, of lines "
        "(`PATH:10-30`) or of a definition. A check proves that no code changes.",
        "/test PATH or NAME": "Write tests of it. Where code can run here, each is seen to fail "
        "when the code is changed a little.",
        "/retry": "Go on where the last run ended.",
        "/approve": "Let me go on, where I wait for an approval of what I have shown.",
        "/stop": "End the work on this issue.",
        "/status": "Say how it stands, since when, and what it cost.",
        "/help": "Show this table.",
    }
    return _render_table(rows)


def _render_table(rows: Mapping[str, str]) -> str:
    lines = [f"| `{command}` | {meaning} |" for command, meaning in rows.items()]
    return "\n".join(["| Comment | What I do |", "| --- | --- |", *lines])
