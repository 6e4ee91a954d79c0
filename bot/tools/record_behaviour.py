"""Tool `record_behaviour`: run the code on chosen inputs, to compare it after the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import PurePosixPath

from pydantic import Field

from bot.checks.behaviour_recording import Recording, list_ran_lines, merge_ran_lines
from bot.checks.example_runs import find_example_runs, name_scripts
from bot.text import as_code_span, count_noun
from bot.tools.behaviour_job import INPUT_S, RecorderJob, name_behaviour_workspace, record_runs
from bot.tools.job_answer import quote_lines
from bot.tools.sandbox_job import find_project
from bot.tools.session import ToolSession
from bot.tools.tool import Tool, ToolInput
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import ToolRefusal, decode_texts
from bot.values import ProjectChecks
from bot.values.behaviour import BehaviourInput, RanLines, RecordedBehaviour

MOST_INPUTS = 12
MOST_FILES = 10
MOST_LISTED = 10  # files, or parts of a file that did not run
QUOTED_LINES = 6
RECORDED, RAN = "Recorded on the base:", "Of"
ENDLESS = f"It did not end within {INPUT_S:.0f} seconds: choose inputs with which it ends."
DOCUMENTS = ("README", "USAGE")
NO_CHANGE_KINDS = ("bug", "feature", "docs", "tests", "question")


class RunInputFields(ToolInput):
    """One way to run the code."""

    command: str = Field(
        min_length=1, max_length=500, description="One line for `sh`, at the root."
    )
    stdin: str = Field("", max_length=20_000, description="What it reads from standard input.")
    files: dict[str, str] = Field(
        default_factory=dict,
        max_length=MOST_FILES,
        description="Files to lay down for it, by path from the root, with their text.",
    )


class RecordBehaviourInput(ToolInput):
    """Record what the code does before your change. Each input runs on the base in the sandbox,
    without your edits; after `finish` it runs with them too, and exit status, output, errors and
    written files must be the same. The answer says what each did and which lines of Python none
    ran: call it again with inputs for those. Inputs add to the earlier ones.
    """

    inputs: list[RunInputFields] = Field(min_length=1, max_length=MOST_INPUTS)


def run(session: ToolSession, arguments: RecordBehaviourInput) -> str:
    """Run all inputs on the base, and keep them. Raises ToolRefusal where nothing can run."""
    project = find_project(session)
    _require_use(session)
    earlier = session.newest_behaviour or RecordedBehaviour()
    new = _choose_new(session, arguments, earlier.inputs)
    if not new:
        raise ToolRefusal("All of these inputs are recorded already.")
    recording = _record(session, project, new)
    kept = _list_kept(new, recording)
    if not kept:
        raise ToolRefusal(f"Nothing is recorded. {ENDLESS}")
    first_run = recording.runs[0]
    session.behaviour = RecordedBehaviour(
        (*earlier.inputs, *map(new.__getitem__, kept)),
        (*earlier.exits, *(first_run[index].exit for index in kept)),
        merge_ran_lines(earlier.ran, list_ran_lines(recording)),
    )
    lines = [*_describe(session.behaviour, recording, kept), *_name_endless(new, kept)]
    return "\n".join(lines)


def _record(
    session: ToolSession, project: ProjectChecks, inputs: Sequence[BehaviourInput]
) -> Recording:
    """Run the inputs on the base, as a part of the turn's time. Raises ToolRefusal."""
    context, clock = session.context, session.ports.clock
    workspace = name_behaviour_workspace(context.workspace)
    began = clock.now()
    job = RecorderJob(context.tree, project, workspace, inputs)
    recording = record_runs(session.ports, job)
    session.sandbox_s += (clock.now() - began).total_seconds()
    if isinstance(recording, str):
        raise ToolRefusal(f"Nothing is recorded. {recording}")
    return recording


def _require_use(session: ToolSession) -> None:
    """Raise ToolRefusal where the code is to do something else than before."""
    if not session.context.records_behaviour:
        raise ToolRefusal("This job records nothing: what the code does may change.")
    brief = session.newest_brief
    if brief is not None and brief.kind in NO_CHANGE_KINDS:
        raise ToolRefusal(
            f"By the brief this is work of the kind {brief.kind}: nothing has to stay the same."
        )


def _choose_new(
    session: ToolSession, arguments: RecordBehaviourInput, earlier: Sequence[BehaviourInput]
) -> list[BehaviourInput]:
    """Choose the inputs that are new, with the repository's own examples for the same scripts."""
    given = [_read_input(fields) for fields in arguments.inputs]
    new = [each for number, each in enumerate(given) if each not in (*earlier, *given[:number])]
    room = MOST_INPUTS - len(earlier) - len(new)
    if room < 0:
        raise ToolRefusal(f"At most {MOST_INPUTS} inputs are recorded: {len(earlier)} are already.")
    commands = {each.command for each in (*earlier, *new)}
    examples = [each for each in _find_examples(session, given) if each.command not in commands]
    return [*new, *examples[:room]]


def _read_input(fields: RunInputFields) -> BehaviourInput:
    """Read an input. Raises ToolRefusal for a file that is outside the repository."""
    for path in fields.files:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or {"..", ".git"}.intersection(parts):
            raise ToolRefusal(f"{path!r} is no path in the repository.")
    if not fields.command.replace("\t", " ").isprintable():
        raise ToolRefusal("`command` takes one line of text: join commands with && or ;.")
    return BehaviourInput(fields.command.strip(), fields.stdin, fields.files)


def _find_examples(session: ToolSession, given: Sequence[BehaviourInput]) -> list[BehaviourInput]:
    """Find what the documents at the root name as runs of the scripts that are run."""
    files = TreeFiles(session.ports.mirrors, session.context.tree)
    paths = set(files.paths())
    scripts = {script for each in given for script in name_scripts(each.command, paths)}
    names = [path for path in sorted(paths) if "/" not in path and _is_document(path)]
    texts = decode_texts(files.read(names))
    documents = {path: text for path, text in texts.items() if text is not None}
    return list(find_example_runs(documents, paths, scripts))


def _is_document(path: str) -> bool:
    return path.upper().startswith(DOCUMENTS)


def find_recorded(answer: str) -> str:
    """Find in an answer how many inputs were recorded, and what they ran; empty in others."""
    first, *rest = answer.split("\n")
    if not first.startswith(RECORDED):
        return ""
    return "\n".join(
        [f"{first.partition('.')[0]}.", *(line for line in rest if line.startswith(RAN))]
    )


def _list_kept(inputs: Sequence[BehaviourInput], recording: Recording) -> list[int]:
    """List the inputs to keep: those that end by themselves."""
    return [number for number in range(len(inputs)) if recording.runs[0][number].exit is not None]


def _name_endless(inputs: Sequence[BehaviourInput], kept: Sequence[int]) -> Iterator[str]:
    """Name the model's inputs that did not end: how far they come is chance."""
    ended = [inputs[number] for number in kept]
    endless = [each.command for each in inputs if not each.source and each not in ended]
    if endless:
        yield f"Not recorded: {', '.join(map(as_code_span, endless))}. {ENDLESS}"


def _describe(
    behaviour: RecordedBehaviour, recording: Recording, kept: Sequence[int]
) -> Iterator[str]:
    count = count_noun(len(behaviour.inputs), "input")
    yield f"{RECORDED} {count}. Each runs again with your change, after `finish`."
    first = len(behaviour.inputs) - len(kept)
    for number, index in enumerate(kept, first):
        yield from _describe_run(number, behaviour.inputs[number], recording, index)
    yield from describe_ran_lines(behaviour.ran)


def _describe_run(
    number: int, known: BehaviourInput, recording: Recording, index: int
) -> Iterator[str]:
    """Say what an input did, and whether it does the same each time."""
    runs = [run[index] for run in recording.runs]
    result = runs[0]
    source = f" (from {known.source})" if known.source else ""
    files = f", changed {', '.join(list(result.files)[:MOST_LISTED])}" if result.files else ""
    yield f"{number + 1}. {as_code_span(known.command)}{source}: exit status {result.exit}{files}."
    if any(run != result for run in runs):
        yield "What it does varies from run to run: the parts that vary are not compared."
    for title, name in (("It printed:", result.output), ("Its errors:", result.errors)):
        if lines := recording.texts.get(name, "").splitlines():
            yield title
            yield quote_lines(lines if len(lines) <= QUOTED_LINES else _shorten(lines))


def _shorten(lines: Sequence[str]) -> list[str]:
    half = QUOTED_LINES // 2
    return [*lines[:half], f"... {len(lines) - 2 * half:,} lines ...", *lines[-half:]]


def describe_ran_lines(ran: Sequence[RanLines]) -> Iterator[str]:
    """Say how many of the lines of each file ran, and which did not."""
    if not ran:
        yield "How much of the code they run is not measured: no Python of the repository ran."
    for known in ran[:MOST_LISTED]:
        parts = list(_join_lines(known.missing))
        more = f" and {len(parts) - MOST_LISTED} more parts" if len(parts) > MOST_LISTED else ""
        missing = f" Not run: lines {', '.join(parts[:MOST_LISTED])}{more}." if parts else ""
        yield (
            f"{RAN} {known.path} they ran {known.ran} of {count_noun(known.total, 'line')} "
            f"({known.percent} %).{missing}"
        )


def _join_lines(lines: Sequence[int]) -> Iterator[str]:
    """Join neighbours: 3, 4 and 5 are 3-5."""
    for _, group in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0]):
        numbers = [line for _, line in group]
        yield str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


RECORD_BEHAVIOUR = Tool(
    "record_behaviour", RecordBehaviourInput, run, for_sandbox=True, for_behaviour=True
)
