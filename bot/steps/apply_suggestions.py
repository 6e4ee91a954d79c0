"""Make the suggestions in review threads one commit, to the letter and without the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rich.text import Text

from bot.edits import (
    RefusedSuggestion,
    Suggestion,
    apply_suggestions,
    asks_for_more,
    collect_suggestions,
    move_thread,
)
from bot.gates import Change, explain_protected_path
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.follow_renames import follow_renames
from bot.steps.push_branch import make_commit_details
from bot.steps.redact import find_leaks, redact
from bot.text import as_code_span, count_noun
from bot.tools.tree_reader import decode_texts
from bot.values import (
    AppliedSuggestions,
    RepoConfig,
    ReviewThread,
    RunState,
    Sha,
    ThreadAnswer,
    Tree,
)
from bot.views.suggestion_message import render_suggestion_message, render_suggestion_title


def _summarize_suggestions(result: AppliedSuggestions) -> Summary | None:
    if not result.answers:
        return None
    applied = sum(answer.kind == "applied" for answer in result.answers)
    refused = len(result.answers) - applied
    more = f", {refused} not" if refused else ""
    return "suggestions", Text(f"{count_noun(applied, 'thread')} applied{more}")


@step("apply_suggestions", _summarize_suggestions)
def commit_suggestions(
    ports: Ports, state: RunState, threads: tuple[ReviewThread, ...]
) -> AppliedSuggestions:
    """Commit all suggestions in the threads that fit the branch as the run knows it.

    Another step pushes. What people suggest is held to the gates on paths and secrets alone.
    """
    tree = replace(state.base, sha=state.delivery.head)
    # A run for an issue holds its work as texts, on the base of the pull request.
    batch = _Batch(ports, tree, state.config, is_text_only=state.target is None)
    batch.sort_out(follow_renames(ports, tree, threads))
    batch.apply()
    if not batch.applied:
        return AppliedSuggestions(answers=batch.list_answers(threads, None))
    details = make_commit_details(ports, render_suggestion_message(batch.applied))
    sha = ports.mirrors.commit(tree, batch.files, (tree.sha,), details)
    return AppliedSuggestions(
        sha,
        redact(ports, render_suggestion_title(batch.applied)),
        tuple(batch.files),
        decode_texts(batch.files),
        batch.list_answers(threads, sha),
        batch.list_moved(threads),
    )


@dataclass
class _Batch:
    """The suggestions of some threads: what is left of them, and what became of the others."""

    ports: Ports
    tree: Tree
    config: RepoConfig
    is_text_only: bool
    suggestions: dict[str, list[Suggestion]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, bytes] = field(default_factory=dict)  # as they are now, by path
    applied: list[Suggestion] = field(default_factory=list)
    refused: list[RefusedSuggestion] = field(default_factory=list)

    def sort_out(self, threads: Sequence[ReviewThread]) -> None:
        """Collect the suggestions by file, and refuse those that the gates keep out."""
        suggestions, refused = collect_suggestions(threads)
        self.refused += refused
        for suggestion in suggestions:
            why = explain_protected_path(suggestion.path, self.config.allow, self.config.protected)
            if why:
                text = f"{as_code_span(suggestion.path)} was not changed: {why}"
                self.refused.append(RefusedSuggestion(suggestion.thread, text))
            else:
                self.suggestions[suggestion.path].append(suggestion)

    def apply(self) -> None:
        """Apply what is left, file by file."""
        contents = self.ports.mirrors.read(self.tree, list(self.suggestions))
        for path, suggestions in self.suggestions.items():
            if path in contents:
                self._apply_to(path, contents[path], suggestions)
            else:
                self._refuse_all(suggestions, f"{as_code_span(path)} is no file of the branch now.")

    def _apply_to(self, path: str, before: bytes, suggestions: Iterable[Suggestion]) -> None:
        if self.is_text_only and not decode_texts({path: before}):
            text = f"{as_code_span(path)} is not UTF-8. Please push this one yourself."
            self._refuse_all(suggestions, text)
            return
        safe = [each for each in suggestions if not self._refuse_leak(each, before)]
        result = apply_suggestions(before, safe)
        self.refused += result.refused
        self.applied += result.applied
        if result.data != before:
            self.files[path] = result.data

    def _refuse_leak(self, suggestion: Suggestion, before: bytes) -> bool:
        """Refuse a suggestion that brings a secret; tell whether it does."""
        old = before.decode(errors="replace")
        change = Change({suggestion.path: old}, {suggestion.path: f"{old}\n{suggestion.text}"})
        leaks = [leak for leak in find_leaks(self.ports.checkers, change) if leak.blocks]
        for leak in leaks[:1]:
            self._refuse_all([suggestion], f"Not applied. {leak.text}")
        return bool(leaks)

    def _refuse_all(self, suggestions: Iterable[Suggestion], text: str) -> None:
        self.refused += [RefusedSuggestion(suggestion.thread, text) for suggestion in suggestions]

    def list_moved(self, threads: Sequence[ReviewThread]) -> tuple[ReviewThread, ...]:
        """List the threads that still ask for something, on the lines where they stand now."""
        answers = self.list_answers(threads, None)
        answered = {answer.thread for answer in answers if not answer.is_partial}
        return tuple(
            move_thread(thread, self.applied) for thread in threads if thread.id not in answered
        )

    def list_answers(
        self, threads: Sequence[ReviewThread], sha: Sha | None
    ) -> tuple[ThreadAnswer, ...]:
        """List one answer for each thread that had a suggestion, in the order of the threads."""
        done = {suggestion.thread for suggestion in self.applied}
        refusals: dict[str, list[RefusedSuggestion]] = defaultdict(list)
        for refusal in dict.fromkeys(self.refused):
            refusals[refusal.thread].append(refusal)
        answers = []
        for thread in threads:
            if refused := refusals[thread.id]:
                text = " ".join(dict.fromkeys(refusal.text for refusal in refused))
                answers.append(ThreadAnswer(thread.id, refused[-1].kind, text))
            elif thread.id in done:
                is_partial = asks_for_more(thread)
                answers.append(ThreadAnswer(thread.id, "applied", "", sha, is_partial=is_partial))
        return tuple(answers)
