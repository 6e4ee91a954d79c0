"""Render runs and their steps as HTML. The templates escape whatever they are given."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import ValidationError

from bot.run import RunView, StepView, from_json
from bot.text import count_noun
from bot.values import Attempt, Check, Failure, Outcome, PullEnd, Repo, Request, Usage, Verdict
from bot.views.end_sentence import describe_end
from bot.web.page.diff_lines import DiffFile, parse_diff
from bot.web.page.formats import format_duration, format_prose, format_time, format_usd
from bot.web.page.run_history import RunHistory, read_history
from bot.web.page.step_words import describe_step, is_noise, name_step

LIVE = ("queued", "running")
STATES = {  # in words, and how bright it is
    "queued": ("queued", "busy"),
    "running": ("at work", "busy"),
    "opened": ("pull request opened", "good"),
    "suggested": ("change suggested", "good"),
    "draft": ("draft, not green", "warn"),
    "changed": ("pull request changed", "good"),
    "red": ("CI is not green", "warn"),
    "unchanged": ("nothing to change", "dim"),
    "asked": ("has a question", "warn"),
    "stopped": ("stopped", "dim"),
    "refused": ("cannot do this", "bad"),
    "gave up": ("gave up", "bad"),
    "failed": ("broke", "bad"),
    "done": ("divided into parts", "good"),
}
ATTEMPTS = {
    "green": ("green", "good"),
    "red": ("red", "bad"),
    "rerun": ("run again", "warn"),
    "running": ("CI has not spoken", "dim"),
    "stopped": ("stopped", "dim"),
    "slow": ("did not end in time", "warn"),
    "skipped": ("CI skipped everything", "warn"),
    "neutral": ("CI is neutral", "warn"),
    "silent": ("CI stayed silent", "warn"),
    "unchecked": ("no CI", "warn"),
}
VERDICTS = {
    "ours": "",
    "already red": "It was red in the same way before this change.",
    "infrastructure": "The cause is outside the code.",
    "set-up": "CI failed while it set itself up.",
    "flaky": "The test may be flaky.",
}
OPEN_LINES = 120  # of a diff that stands open
MOST_FAILURES = 20
MOST_CHECKS = 50
MESSAGE_CHARS = 2_000
RECORD_CHARS = 20_000


class PageRenderer:
    """Renders the pages of one bot. `github_url` is where its repositories are."""

    def __init__(self, github_url: str) -> None:
        self._github_url = github_url.rstrip("/")
        self._templates = Environment(
            loader=PackageLoader("bot.web.page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["quote"] = _quote
        self._templates.filters["prose"] = format_prose

    def render_runs(self, runs: Sequence[RunView], most: int, now: float) -> str:
        """Render the list of runs; `most` is how many it shows at most."""
        rows = [self._describe_run(run, now) for run in runs]
        template = self._templates.get_template("runs.html")
        return template.render(title="Runs", runs=rows, most=most)

    def render_run(
        self, run: RunView, steps: Sequence[StepView], now: float, end: PullEnd | None = None
    ) -> str:
        """Render one run: how it stands, plan, diff, attempts, bill and steps; and how its pull
        request ended.
        """
        history = read_history(steps)
        row = self._describe_run(run, now)
        diff = [_describe_file(file) for file in parse_diff(history.diff)]
        shown_steps = [_describe_step(step) for step in steps if not is_noise(step)]
        return self._templates.get_template("run.html").render(
            title=row["title"],
            run=row,
            history=history,
            diff=diff,
            attempts=[_describe_attempt(attempt) for attempt in history.attempts],
            checks=_describe_checks(history),
            bill=_describe_bill(history),
            end=_describe_end(end) if end else None,
            steps=shown_steps,
        )

    def render_notice(self, title: str, lines: Sequence[str]) -> str:
        """Render a few paragraphs; addresses in them are links."""
        return self._templates.get_template("notice.html").render(title=title, lines=lines)

    def render_missing(self) -> str:
        """Render what is shown where there is no run."""
        template = self._templates.get_template("missing.html")
        return template.render(title="There is no such run")

    def _describe_run(self, run: RunView, now: float) -> dict[str, object]:
        request = _read_request(run.value)
        outcome = run.outcome or Outcome("done", run.report or run.error)
        is_live = run.state in LIVE
        until = now if is_live else run.changed
        words, tone = STATES.get(run.state, (run.state, "dim"))
        return {
            "key": run.key,
            "state": words,
            "tone": tone,
            "title": request.title or run.key,
            "asker": request.asker,
            "links": self._list_links(run, request),
            "began": format_time(run.began),
            "took": format_duration(until - run.began),
            "is_live": is_live,
            "usd": format_usd(outcome.usd),
            "outcome": outcome,
            "line": next(iter(outcome.text.splitlines()), ""),
            "detail": _find_detail(run, outcome),
        }

    def _list_links(self, run: RunView, request: Request) -> list[tuple[str, str]]:
        """List repository, issue, pull request and branch, each with its address on GitHub."""
        if not request.number:
            return []
        repo = f"{self._github_url}/{_quote(request.repo.name)}"
        links = [
            (request.repo.name, repo),
            (f"issue #{request.number}", f"{repo}/issues/{request.number}"),
        ]
        if request.on_pull:
            links[1] = (f"pull request #{request.number}", f"{repo}/pull/{request.number}")
        elif run.outcome and run.outcome.pull:
            pull = run.outcome.pull
            links.append((f"pull request #{pull}", f"{repo}/pull/{pull}"))
        if run.branch:
            links.append((run.branch, f"{repo}/tree/{_quote(run.branch)}"))
        return links


def _quote(text: str) -> str:
    """Write a text as a part of an address; half a surrogate pair is replaced."""
    return quote(text, errors="replace")


def _read_request(data: object) -> Request:
    """Read what started the run; an empty request for a record of another version."""
    try:
        request: Request = from_json(data, Request)
    except ValidationError:
        return Request(Repo(""), 0, "", "", "")
    return request


def _find_detail(run: RunView, outcome: Outcome) -> str:
    """Find what an error says of itself, where people were told something else."""
    if outcome.detail or run.error != outcome.text:
        return outcome.detail or run.error
    return ""


def _describe_file(file: DiffFile) -> dict[str, object]:
    return {
        "path": file.path,
        "size": f"+{file.added} \N{MINUS SIGN}{file.removed}",
        "lines": file.lines,
        "is_open": len(file.lines) <= OPEN_LINES,
    }


def _describe_attempt(attempt: Attempt) -> dict[str, object]:
    words, tone = ATTEMPTS.get(attempt.state, (attempt.state, "dim"))
    red = _describe_red(attempt.verdict) if attempt.verdict else None
    return {"sha": attempt.sha[:10], "state": words, "tone": tone, "red": red}


def _describe_red(verdict: Verdict) -> dict[str, object]:
    """Describe the reading of a red CI: what failed, or the log where nothing was found in it."""
    failures = verdict.reading.failures
    return {
        "jobs": ", ".join(verdict.jobs),
        "why": verdict.why or VERDICTS.get(verdict.kind, ""),
        "failures": [_describe_failure(failure) for failure in failures[:MOST_FAILURES]],
        "more": max(len(failures) - MOST_FAILURES, 0),
        "log": verdict.reading.excerpt[:RECORD_CHARS],
    }


def _describe_failure(failure: Failure) -> dict[str, str]:
    names = [name for name in (failure.test, failure.error) if name]
    return {
        "name": next(iter(names), "A failure"),
        "message": ": ".join([*names[1:], failure.message])[:MESSAGE_CHARS],
        "place": failure.place,
        "jobs": ", ".join(failure.jobs),
    }


def _describe_checks(history: RunHistory) -> list[dict[str, str]]:
    checks = history.checks.checks if history.checks else ()
    return [_describe_check(check) for check in checks[:MOST_CHECKS]]


def _describe_check(check: Check) -> dict[str, str]:
    tones = {"passed": "good", "failed": "bad"}
    return {
        "name": check.name,
        "state": check.conclusion or check.state,
        "tone": tones.get(check.state, "busy"),
        "url": _keep_web_address(check.url),
    }


def _keep_web_address(url: str) -> str:
    """Return an address of the web; empty for any other, as of a script, which CI could name."""
    if url.lower().startswith(("http://", "https://")):
        return url
    return ""


def _describe_bill(history: RunHistory) -> list[tuple[str, str]]:
    """List what the model cost: each amount with its name; nothing before its first answer."""
    if not history.turns:
        return []
    usage = history.usage
    prompt = usage.input_tokens + usage.cache_write_tokens + usage.cache_read_tokens
    return [
        ("Model", history.model or "unknown"),
        ("Cost", f"${usage.usd:.2f}"),
        ("Turns of the model", f"{history.turns:,}"),
        ("Time of the model", format_duration(history.model_s)),
        ("Tokens read", f"{prompt:,}"),
        ("of which from the cache", _describe_share(usage, prompt)),
        ("Tokens written", f"{usage.output_tokens:,}"),
    ]


def _describe_end(end: PullEnd) -> dict[str, object]:
    """Describe how the pull request ended, and what people changed in each file."""
    return {
        "sentence": describe_end(end),
        "files": [
            {
                "path": file.path,
                "size": f"{count_noun(file.kept, 'line')} kept, {file.changed} changed",
                "diff": file.diff,
            }
            for file in end.files
        ],
    }


def _describe_share(usage: Usage, prompt: int) -> str:
    return f"{usage.cache_read_tokens:,} ({100 * usage.cache_read_tokens / max(prompt, 1):.0f} %)"


def _describe_step(step: StepView) -> dict[str, object]:
    lines = describe_step(step)
    return {
        "number": step.number,
        "name": name_step(step),
        "took": format_duration(step.ended - step.began) if step.ended else "under way",
        "lines": lines,
        "is_quiet": not lines and not step.error,
        "error": step.error,
    }
