"""Here lives what a step was, in one line for people who watch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Result = Any  # JSON data as recorded
Line = tuple[str, str]  # what was done, and what came of it


def line(name: str, result: Result) -> Line | None:
    """The line for a step; None for steps that would only be noise here."""
    say = SAYINGS.get(name)
    return say(result) if say else None


def _admitted(result: Result) -> Line:
    return "may @ada ask?", "yes, she may write here" if result else "no"


def _frozen(result: Result) -> Line:
    return "freeze the request", f"“{result['title']}”, as it stood when the label came"


def _checked_out(result: Result) -> Line:
    return "check out", f"{result['branch']} at {result['sha'][:7]}, into a bare mirror"


def _retrieved(result: Result) -> Line:
    return "where to look", ", ".join(clue["path"] for clue in result["files"][:4])


def _thought(result: Result) -> Line:
    turn = result["turn"]
    spent = f"${turn['spent']['usd']:.4f}"
    if not turn["calls"]:
        return "Claude", f"{turn['stop']}  {spent}"
    return "Claude", f"{', '.join(_call(call) for call in turn['calls'])}  [dim]{spent}[/]"


def _call(call: Mapping[str, Any]) -> str:
    given = call["input"]
    what = given.get("path") or given.get("pattern") or given.get("name") or given.get("title") or ""
    return f"{call['name']}({what})" if what else call["name"]


def _tools(result: Result) -> Line | None:
    failed = [answer["text"] for answer in result["answers"] if answer["failed"]]
    return ("refused", "; ".join(failed)[:160]) if failed else None


def _inspected(result: Result) -> Line:
    found = "; ".join(f"{finding['path']}: {finding['text']}" for finding in result)
    return "check the change", found or "it parses, and touches nothing protected"


def _pushed(result: Result) -> Line:
    return "push", f"{result['sha'][:7]} to its own branch" if result["ours"] else "refused: the branch moved"


def _expected(result: Result) -> Line:
    return "what CI is there", f"{result['workflows']} workflow, starts {result['starts']}"


def _looked(result: Result) -> Line | None:
    checks = result["checks"]["checks"]
    told = ", ".join(f"{check['name']} {SIGNS[check['state']]} {check['conclusion']}" for check in checks)
    return "CI", told or "has not said anything yet"


def _diagnosed(result: Result) -> Line:
    failures = result["reading"]["failures"]
    first = failures[0] if failures else {"test": "", "error": result["reading"]["category"], "frames": []}
    at = f" at {first['frames'][-1]['file']}:{first['frames'][-1]['line']}" if first["frames"] else ""
    return "read the red log", f"[red]{first['test'] or first['error']}[/]: {first['error']}{at} ({result['kind']})"


def _opened(result: Result) -> Line:
    return "pull request", f"#{result['number']} {'draft' if result['draft'] else 'ready for review'}"


def _told(result: Result) -> Line:
    return "status comment", "edited"


SIGNS = {"pending": "[yellow]…[/]", "passed": "[green]✓[/]", "failed": "[red]✗[/]"}
SAYINGS: Mapping[str, Callable[[Result], Line | None]] = {
    "may_ask": _admitted,
    "freeze": _frozen,
    "checkout": _checked_out,
    "retrieve": _retrieved,
    "think": _thought,
    "use_tools": _tools,
    "inspect": _inspected,
    "push": _pushed,
    "expect_ci": _expected,
    "look_at_checks": _looked,
    "diagnose": _diagnosed,
    "open_pull": _opened,
}
