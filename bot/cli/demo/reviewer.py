"""Review the bot's pull request as a maintainer does: a suggestion and a question on its lines."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from bot.cli.demo.staging import ASKER, Stage
from bot.cli.terminal import HangingText
from bot.forge import NewThread, PullRecord, ThreadPlace, ThreadRecord
from bot.text import extract_visible
from bot.text.terminal_text import strip_control

SUGGESTED = (
    "| `GET /reports/requests/{id}` | `running`, `done` with the report: count, total and best "
    "customer; or `failed` with the reason |"
)
SUGGESTION = f"A report can fail, too.\n\n```suggestion\n{SUGGESTED}\n```"
QUESTION = "Does anything ever remove a request? A shop that asks all day fills the memory."


@dataclass(frozen=True, slots=True)
class Remark:
    """What the maintainer says of a line, which is found by how it begins."""

    kind: str
    path: str
    line_start: str
    body: str


@dataclass(frozen=True, slots=True)
class ReviewedThread:
    """A thread of the review, as it stands in the end."""

    kind: str
    place: str
    page: str  # of the newest comment, below the repository's
    answer: str  # "" where there is none
    is_resolved: bool


REMARKS = (
    Remark("Question", "app/requests.py", "REQUESTS", QUESTION),
    Remark("Suggestion", "README.md", "| `GET /reports/requests/", SUGGESTION),
)


def submit_review(console: Console, stage: Stage, pull: PullRecord) -> None:
    """Submit the review with its threads, on the lines that are there, and show what it says."""
    files = stage.forge.read_files(stage.sample.repo, pull.head)
    console.print(Text(f"\n@{ASKER} reviews #{pull.number} and requests changes:", "bold"))
    threads = []
    for remark in REMARKS:
        line = _find_line(files.get(remark.path, ""), remark.line_start)
        if line:
            threads.append(NewThread(ThreadPlace(remark.path, line), remark.body))
            _print_remark(console, remark, f"{remark.path}, line {line}")
    console.print()
    stage.forge.submit_review(stage.sample.repo, pull.number, ASKER, "REQUEST_CHANGES", "", threads)


def list_threads(stage: Stage, number: int) -> tuple[ReviewedThread, ...]:
    """List the threads of a pull request with the answers that they have got."""
    threads = stage.forge.list_threads(stage.sample.repo, number)
    return tuple(_read_thread(stage, thread) for thread in threads)


def print_answers(console: Console, threads: tuple[ReviewedThread, ...]) -> None:
    """Print what the bot said in each thread."""
    for thread in threads:
        state = Text("✓ resolved", "green") if thread.is_resolved else Text("open", "cyan")
        console.print(Text.assemble((f"\n{thread.kind}", "bold"), f", {thread.place}, ", state))
        console.print(HangingText(Text("  "), Text(strip_control(thread.answer))))


def _print_remark(console: Console, remark: Remark, place: str) -> None:
    words = remark.body.partition("```")[0].strip()
    console.print(HangingText(Text(f"  {remark.kind}, {place}: ", "dim"), Text(words)))


def _find_line(text: str, line_start: str) -> int:
    """Return the number of the first line that begins so; 0 when there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(line_start):
            return number
    return 0


def _read_thread(stage: Stage, thread: ThreadRecord) -> ReviewedThread:
    comments = stage.forge.list_review_comments(stage.sample.repo, thread.number)
    newest = [comment for comment in comments if comment.thread == thread.id][-1]
    return ReviewedThread(
        kind=next(remark.kind for remark in REMARKS if remark.path == thread.original.path),
        place=thread.original.path,
        page=f"pull/{thread.number}#discussion_r{newest.id}",
        answer="" if newest.author == ASKER else extract_visible(newest.body).strip(),
        is_resolved=bool(thread.resolved_by),
    )
