"""Print where to look: files with the reasons, under each its definitions, then the tests."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from bot.cli.terminal import HangingText
from bot.text.family_words import describe_family, describe_place
from bot.text.terminal_text import strip_control
from bot.values import CodeFamily, Retrieval, SearchHit

SHOWN_SYMBOLS = 6  # under one file
SHOWN_TESTS = 8
SHOWN_SKIPPED = 5
NOTHING = (
    "Nothing here answers that. Name a file, a function or an error, or use the code's own words."
)


def print_retrieval(out: Console, retrieval: Retrieval) -> None:
    """Print it for people, at any width."""
    if not retrieval.files and not retrieval.symbols:
        out.print(NOTHING)
    for rank, hit in enumerate(retrieval.files, 1):
        symbols = [symbol for symbol in retrieval.symbols if symbol.path == hit.path]
        _print_file(out, rank, hit, symbols)
    if retrieval.tests:
        out.print(Text("\nTests", "bold"))
        tests = [test.path for test in retrieval.tests]
        for path in _cut(out, tests, SHOWN_TESTS):
            out.print(Text(f"    {strip_control(path)}"), soft_wrap=True)
    if retrieval.family:
        _print_family(out, retrieval.family)
    if retrieval.skipped:
        skipped = "; ".join(_cut(out, retrieval.skipped, SHOWN_SKIPPED))
        out.print(Text(strip_control(f"\nNot read: {skipped}"), "dim"), soft_wrap=True)


def _print_family(out: Console, family: CodeFamily) -> None:
    """Print what the request asks for another one of, and what goes with it."""
    out.print(
        Text("\nAnother of the ", "bold"), Text(strip_control(describe_family(family))), sep=""
    )
    lines = [_describe_example(hit) for hit in family.examples]
    if family.addition:
        subject = family.addition.message.strip().partition("\n")[0]
        lines.append(f"last added by {family.addition.sha[:12]}, {subject}")
    lines += [f"with it changed {describe_place(each, family.additions)}" for each in family.places]
    for line in lines:
        out.print(Text(f"    {strip_control(line)}"), soft_wrap=True)


def _describe_example(hit: SearchHit) -> str:
    lines = f":{hit.line}-{hit.end_line} {hit.kind} {hit.name}" if hit.line else ""
    return f"like {hit.path}{lines}"


def _cut(out: Console, names: Sequence[str], limit: int) -> Sequence[str]:
    """Leave out on a screen what is more than the limit, and say how much."""
    if len(names) <= limit or not out.file.isatty():
        return names
    return [*names[:limit], f"and {len(names) - limit} more"]


def _print_file(out: Console, rank: int, hit: SearchHit, symbols: Sequence[SearchHit]) -> None:
    path = (strip_control(hit.path), "bold cyan")
    headline = Text.assemble(f"{rank:>2}  ", path, (f"  {hit.score:.2f}", "dim"))
    out.print(headline, soft_wrap=True)
    if hit.why:
        out.print(HangingText(Text("    "), Text(strip_control("; ".join(hit.why)), "dim")))
    limit = SHOWN_SYMBOLS if out.file.isatty() else len(symbols)
    for symbol in symbols[:limit]:
        lines = f"{symbol.line}-{symbol.end_line}"
        name = strip_control(f"{symbol.kind} {symbol.name}")
        out.print(Text.assemble((f"    {lines:<11}", "magenta"), name), soft_wrap=True)
    if len(symbols) > limit:
        out.print(Text(f"    and {len(symbols) - limit} more", "dim"))
