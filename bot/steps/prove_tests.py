"""Prove that new tests notice changes of the code that they cover: change it, and run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.text import Text

from bot.checks.changed_tests import find_changed_tests, select_tests
from bot.checks.code_mutations import CodeMutation, list_mutations
from bot.checks.new_tests import has_failed, name_tests
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.check_locally import (
    ChosenTests,
    LocalWork,
    explain_no_result,
    read_local_log,
    run_check_on,
)
from bot.steps.measure_lines import LineMeasure, MeasuredRun
from bot.text import count_noun
from bot.text.terminal_text import strip_control
from bot.tools.tree_reader import decode_texts
from bot.values import (
    MutationProof,
    NamedCode,
    NoticedChange,
    Patch,
    ProjectCheck,
    Reading,
    SandboxLimits,
    SandboxResult,
)
from bot.values.proof import NamedLines

Selection = tuple[ProjectCheck, tuple[str, ...]]  # with the names of tests or files for it
MAX_MUTATIONS = 24
MAX_S = 300.0  # for all of them
LEAST_S, TIMES_AS_LONG = 20.0, 5  # that the tests may take on a change, beside their usual time
ANY_TEST = "*"  # in the place of a name
NO_TEST = "No test was added or altered."
NO_CHECK = "No check of the repository can run them here."
NO_MUTATION = "In these lines there is nothing that could be changed a little."


def _summarize_proof(proof: MutationProof) -> Summary:
    """Say in a line how many of the tests notice something."""
    title = "do the new tests notice changes?"
    if proof.why:
        return title, Text(strip_control(f"not known: {proof.why}"), "magenta")
    if proof.reading is not None:
        return title, Text("they fail on the code as it is", "red")
    total = len(proof.noticed) + len(proof.unproved)
    text = f"{len(proof.noticed)} of {count_noun(total, 'test')} do"
    return title, Text(text, "red" if proof.unproved else "")


@step("prove_tests", _summarize_proof)
def prove_tests(
    ports: Ports, work: LocalWork, code: NamedCode, before: NamedLines | None = None
) -> MutationProof:
    """Change the named code in small ways, one at a time, until each new test failed for one.

    The code and the tests run in the sandbox, with the repository's own command; where it is known
    which lines ran `before`, it is measured which do now.
    """
    texts = decode_texts(ports.mirrors.read(work.tree, [code.path, *work.patch.files]))
    changed = find_changed_tests(texts, work.patch.files)
    proof = MutationProof(work.patch_id)
    chosen = ChosenTests(ports, work, changed)
    selection = chosen.select() or _choose_whole(work)
    if not changed or selection is None:
        return replace(proof, why=NO_CHECK if changed else NO_TEST)
    run = _run_as_it_is(chosen, selection, code, before)
    proof, result = replace(proof, lines=run.lines), run.result
    if why := explain_no_result(result):
        return replace(proof, why=why)
    tests = name_tests(changed, work.patch.files)
    red: tuple[str, ...] = ()
    if not result.has_passed:
        reading = read_local_log(ports, work.tree, work.patch, result.log)
        red = _find_red_before(chosen, selection, reading, texts)
        tests = tuple(test for test in tests if not has_failed(test, red))
        if not (red and tests):
            return replace(proof, unproved=tests, reading=reading)
    limits = SandboxLimits(wall_s=LEAST_S + TIMES_AS_LONG * result.took_s)
    trial = _MutationTrial(ports, work, code, selection, limits, red)
    return trial.prove(proof, texts[code.path], tests)


def _run_as_it_is(
    chosen: ChosenTests, selection: Selection, code: NamedCode, before: NamedLines | None
) -> MeasuredRun:
    """Run the new tests with the change, and add the lines that they run to those before."""
    work = chosen.work
    if before is None or before.why:
        return MeasuredRun(chosen.run(*selection, work.patch), before)
    measured = LineMeasure(chosen.ports, work, code).run(*selection)
    lines = measured.lines
    after = tuple(sorted({*before.before, *(lines.before if lines else ())}))
    known = replace(lines or before, path=code.path, before=before.before, after=after)
    return MeasuredRun(measured.result, known)


def _find_red_before(
    chosen: ChosenTests,
    selection: Selection,
    reading: Reading,
    texts: Mapping[str, str | None],
) -> tuple[str, ...]:
    """Find the tests that fail as they did on the base; none where any other failed."""
    failed = _list_failed(reading)
    if not failed or not any(texts.get(path) is not None for path in chosen.tests):
        return ()
    on_base = chosen.run(*selection, Patch())
    if on_base.has_passed or explain_no_result(on_base):
        return ()
    log = read_local_log(chosen.ports, chosen.work.tree, Patch(), on_base.log)
    return failed if set(failed) <= set(_list_failed(log)) else ()


def _list_failed(reading: Reading) -> tuple[str, ...]:
    return tuple(failure.test for failure in reading.failures if failure.test)


def _choose_whole(work: LocalWork) -> Selection | None:
    """Choose all tests, where no command takes some, as Cargo's does not; None where none runs."""
    for check in work.project.checks:
        if check.kind == "test" and not check.obstacle:
            return check, ()
    return None


@dataclass(slots=True)
class _MutationTrial:
    """Runs the chosen tests on one change of the code after the other."""

    ports: Ports
    work: LocalWork
    code: NamedCode
    selection: Selection
    limits: SandboxLimits
    red: tuple[str, ...] = ()  # tests that fail without a change of the code too
    noticed: dict[str, NoticedChange] = field(default_factory=dict)
    old_red: frozenset[str] | None = None  # of the tests that were there, on the base

    def prove(self, proof: MutationProof, text: str | None, tests: Sequence[str]) -> MutationProof:
        """Try changes of the code's text, where there are any."""
        place = (self.code.line, self.code.end_line)
        mutations = list_mutations(self.code.path, text or "", place, MAX_MUTATIONS)
        if not mutations:
            return replace(proof, why=NO_MUTATION)
        return replace(self.try_all(mutations, tests), lines=proof.lines)

    def try_all(self, mutations: Sequence[CodeMutation], tests: Sequence[str]) -> MutationProof:
        """Try them until all tests are proved, or the time is over."""
        clock = self.ports.clock
        began = clock.now()
        tried = 0
        left_out = ""
        for mutation in mutations:
            if len(self.noticed) == len(tests):
                break
            if (clock.now() - began).total_seconds() >= MAX_S:
                rest = count_noun(len(mutations) - tried, "more change")
                left_out = f"{rest} were not tried, because that took {MAX_S / 60:g} minutes."
                break
            self._try(mutation, tests)
            tried += 1
        proved = tuple(self.noticed[test] for test in tests if test in self.noticed)
        unproved = tuple(test for test in tests if test not in self.noticed)
        return MutationProof(self.work.patch_id, proved, unproved, tried, left_out)

    def _try(self, mutation: CodeMutation, tests: Sequence[str]) -> None:
        """Write down which tests fail for the change; a log that names no test proves nothing."""
        patch = Patch({**self.work.patch.files, self.code.path: mutation.text})
        result = self._run(patch, self.selection[1])
        if explain_no_result(result) or result.has_passed:
            return
        reading = read_local_log(self.ports, self.work.tree, patch, result.log)
        failed = [test for test in _list_failed(reading) if test not in self.red]
        unproved = [test for test in tests if test not in self.noticed]
        newly = [test for test in unproved if has_failed(test, failed)]
        if not newly:
            return
        place = f"{self.code.path}:{mutation.line}"
        was_noticed = self._was_noticed(mutation)
        change = NoticedChange("", place, mutation.before, mutation.after, was_noticed)
        self.noticed.update((test, replace(change, test=test)) for test in newly)

    def _was_noticed(self, mutation: CodeMutation) -> bool:
        """Run the tests that were there, of those named after the code, on the same change; all of
        them where none can be chosen.
        """
        names = select_tests(self.selection[0], dict.fromkeys(self.code.tests, ()))
        if not names and self.selection[1]:
            return False
        patch = Patch({self.code.path: mutation.text})
        result = self._run(patch, names)
        if result.has_passed or explain_no_result(result):
            return False
        if self.old_red is None:
            self.old_red = self._list_red(Patch(), names)
        return not self.old_red or not self._read_failed(patch, result) <= self.old_red

    def _list_red(self, patch: Patch, names: Sequence[str]) -> frozenset[str]:
        """List the tests that fail with a patch."""
        result = self._run(patch, names)
        return frozenset() if result.has_passed else self._read_failed(patch, result)

    def _read_failed(self, patch: Patch, result: SandboxResult) -> frozenset[str]:
        """Read which tests failed; a name for all of them where the log names none."""
        reading = read_local_log(self.ports, self.work.tree, patch, result.log)
        return frozenset(_list_failed(reading) or [ANY_TEST])

    def _run(self, patch: Patch, names: Sequence[str]) -> SandboxResult:
        work = replace(self.work, patch=patch)
        return run_check_on(self.ports, work, self.selection[0], names, self.limits)
