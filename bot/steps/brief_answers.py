"""Take what people answered to the questions of a brief."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.text.numbered_answers import read_numbered_answers
from bot.text.quoted_data import quote_data
from bot.values import Ambiguity, Brief

GO_ON = "Plan now. Submit the brief again only where an answer changes what it says."


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered: by number, by `go`, and what else they said with the command.

    `has_words`: something was said that may answer any of the questions.
    """

    by_number: dict[int, str] = field(default_factory=dict)
    says_go: bool = False
    has_words: bool = False
    rest: str = ""


def read_answers(brief: Brief, command_text: str, comments: Sequence[str]) -> Answers:
    """Read the answers in comments and behind the command; the newest to each counts."""
    numbers = tuple(brief.questions)
    texts = [read_numbered_answers(text, numbers) for text in comments]
    command = read_numbered_answers(command_text, numbers)
    by_number: dict[int, str] = {}
    for text in (*texts, command):
        by_number.update(text.by_number)
    has_words = any(text.rest for text in (*texts, command))
    return Answers(by_number, command.says_go, has_words, command.rest)


def settle_questions(brief: Brief, answers: Answers) -> Brief:
    """Settle what was answered. Without a word and without `go` a question stays open."""
    numbers = {asked.question: number for number, asked in brief.questions.items()}
    ambiguities = (
        _settle(ambiguity, answers, numbers.get(ambiguity.question, 0))
        for ambiguity in brief.ambiguities
    )
    return replace(brief, ambiguities=tuple(ambiguities))


def render_settled(brief: Brief, next_act: str = "") -> Iterator[str]:
    """Tell the model how each question was settled, answers as data, and what comes next: the plan,
    where nothing else does.
    """
    for number, asked in brief.questions.items():
        match asked.settled:
            case "number":
                yield quote_data(f"Answer to question {number}", asked.answer)
            case "default":
                yield f"Question {number} takes its default."
            case "words":
                yield f"Question {number}: look for its answer below; without one, its default."
    yield next_act or GO_ON


def _settle(ambiguity: Ambiguity, answers: Answers, number: int) -> Ambiguity:
    if number in answers.by_number:
        return replace(ambiguity, settled="number", answer=answers.by_number[number])
    if not ambiguity.is_open:
        return ambiguity
    if answers.has_words:
        return replace(ambiguity, settled="words")
    return replace(ambiguity, settled="default") if answers.says_go else ambiguity
