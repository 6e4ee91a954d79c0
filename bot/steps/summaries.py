"""Here lives what a step was, in a line for people who watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from rich.text import Text

from bot.text.terminal_text import strip_control

Result = Any  # JSON data as recorded
Line = tuple[str, Text]  # what was done, and what came of it

REFUSED_CHARS = 240
FINDINGS = 3


def line(name: str, result: Result) -> Line | None:
    """The line for a step; None for steps that would only be noise here."""
    say = SAYINGS.get(name)
    return say(result) if say else None


def _admitted(result: Result) -> Line:
    return "who asks?", Text("may write here, so may ask" if result else "may not ask")


def _frozen(result: Result) -> Line:
    return "the request", _text(f"“{result['title']}”, as it stood when it was asked")


def _checked_out(result: Result) -> Line:
    return "check out", _text(f"{result['branch']} at {result['sha'][:7]}, into a bare mirror")


def _retrieved(result: Result) -> Line:
    return "where to look", _text(
        ", ".join(clue["path"] for clue in result["files"][:4]) or "nowhere in particular"
    )


def _thought(result: Result) -> Line:
    turn = result["turn"]
    said = _text(_calls(turn["calls"]) or turn["why"] or f"stopped: {turn['stop']}")
    said.append(f"  ${turn['usage']['usd']:.4f}", "dim")
    for call in turn["calls"]:
        if call["name"] == "submit_plan":
            said.append_text(_plan(call["input"]))
    return "Claude", said


def _calls(calls: Sequence[Result]) -> str:
    made = Counter(map(_call, calls))
    return ", ".join(f"{call} ×{times}" if times > 1 else call for call, times in made.items())


def _call(call: Mapping[str, Any]) -> str:
    given = call["input"]
    what = (
        given.get("path") or given.get("pattern") or given.get("name") or given.get("title") or ""
    )
    return f"{call['name']}({what})" if what else str(call["name"])


def _plan(given: Mapping[str, Any]) -> Text:
    """The plan as the model wrote it, before anybody has checked its shape."""
    said = Text(f"\n{strip_control(str(given.get('summary', '')))}")
    files = given.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, dict):
            said.append(f"\n- {strip_control(str(file.get('path')))}", "cyan").append(
                f": {strip_control(str(file.get('change')))}"
            )
    return said


def _tools(result: Result) -> Line | None:
    failed = [answer["text"] for answer in result["results"] if answer["is_error"]]
    return ("refused", _text("; ".join(failed)[:REFUSED_CHARS], "magenta")) if failed else None


def _inspected(result: Result) -> Line:
    blocking = [finding for finding in result if finding["blocks"]]
    if not blocking:
        advice = f"; {len(result)} remarks as advice" if result else ""
        return "check the change", Text(f"nothing keeps it back{advice}")
    found = "; ".join(
        f"{one['path']}:{one['line']} [{one['gate']}] {one['text']}" for one in blocking[:FINDINGS]
    )
    return "check the change", _text(found, "magenta")


def _pushed(result: Result) -> Line:
    if not result["is_ours"]:
        return "push", Text("refused: the branch moved", "red")
    return "push", _text(f"{result['sha'][:7]} to its own branch")


def _expected(result: Result) -> Line:
    count = result["workflows"]
    return "what CI is there", _text(
        f"{count} workflow{'' if count == 1 else 's'}, starts {result['starts']}"
    )


def _looked(result: Result) -> Line:
    said = Text()
    for check in result["checks"]["checks"]:
        sign, style = SIGNS[check["state"]]
        said.append(", " if said else "").append(f"{sign} ", style)
        said.append(strip_control(f"{check['name']} {check['conclusion'] or 'running'}"), style)
    return "CI", said or Text("has not said anything yet", "dim")


def _diagnosed(result: Result) -> Line:
    reading = result["reading"]
    if not reading["failures"]:
        return "read its log", _text(f"{reading['category']} ({result['kind']})", "red")
    first = reading["failures"][0]
    said = Text().append(strip_control(first["test"] or first["error"]), "red")
    said.append(strip_control(f"\n{first['error']}: {first['message']}"))
    if first["frames"]:
        said.append(
            strip_control(f"\nat {first['frames'][-1]['file']}:{first['frames'][-1]['line']}")
        )
    return "read its log", said.append(KINDS[result["kind"]], "dim")


def _opened(result: Result) -> Line:
    state = "a draft" if result["draft"] else "ready for review"
    return "pull request", _text(
        f"#{result['number']}, {state}", "" if result["draft"] else "green"
    )


def _text(text: str, style: str = "") -> Text:
    return Text(strip_control(text), style)


SIGNS = MappingProxyType(
    {"pending": ("…", "dim"), "passed": ("✓", "green"), "failed": ("✗", "red")}
)
KINDS = MappingProxyType(
    {
        "ours": ", broken by this change",
        "already red": ", red before this change too",
        "infrastructure": ", not the code's fault",
        "flaky": ", which seems to fail now and then",
    }
)
SAYINGS: Mapping[str, Callable[[Result], Line | None]] = MappingProxyType(
    {
        "may_ask": _admitted,
        "freeze": _frozen,
        "checkout": _checked_out,
        "retrieve": _retrieved,
        "ask_model": _thought,
        "use_tools": _tools,
        "inspect_change": _inspected,
        "push": _pushed,
        "predict_ci": _expected,
        "fetch_checks": _looked,
        "diagnose": _diagnosed,
        "open_pull": _opened,
    }
)
