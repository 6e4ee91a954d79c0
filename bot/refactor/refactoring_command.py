"""Say which refactoring is asked for, in the words that a comment and the command line share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from bot.ports import TypeChecker
from bot.refactor.convert_to_async import make_async
from bot.refactor.move_definition import move_symbol
from bot.refactor.python_project import CannotRefactor, UnknownNameError
from bot.refactor.rename_definition import rename_symbol
from bot.refactor.text_edit import Refactoring
from bot.search.symbols import extract_symbols
from bot.text import as_code_span

Act = Literal["rename", "async", "move"]
PARTIAL, GUESS = "--partial", "--guess"
FILLERS = frozenset(["to", "into", "->", "=>", "\N{RIGHTWARDS ARROW}"])  # as people write between
QUOTES = "`'\""
# What each act is given, what its options are, and an example of it.
FORMS: Mapping[Act, tuple[tuple[str, ...], tuple[str, ...], str]] = MappingProxyType(
    {
        "rename": (("OLD", "NEW"), (PARTIAL, GUESS), "rename Cart.total sum"),
        "async": (("NAME",), (PARTIAL,), "async Client.fetch"),
        "move": (("NAME", "FILE"), (PARTIAL,), "move Cart shop/cart.py"),
    }
)


@dataclass(frozen=True, slots=True)
class RefactoringCommand:
    """A refactoring as people ask for it.

    `to` is the new name or the module to move to. `partial` wants what is proved although some
    places are not; `guess` takes attributes of unknown objects for the name too.
    """

    act: Act
    name: str
    to: str = ""
    partial: bool = False
    guess: bool = False

    @property
    def words(self) -> str:
        """The command as it is written, without its options."""
        return " ".join(filter(None, (self.act, self.name, self.to)))


class BadCommandError(ValueError):
    """The words ask for no refactoring; the text says why, in Markdown, with an example."""


def parse_refactoring(words: str) -> RefactoringCommand:
    """Read `rename OLD NEW`, `async NAME` or `move NAME FILE`, with options anywhere.

    Quotes around a name, and a "to" between two, are no part of them. Raises BadCommandError.
    """
    plain = [word for each in words.split() if (word := each.strip(QUOTES))]
    given = [word for word in plain if not word.startswith("--")]
    if not given:
        raise BadCommandError(f"Say what to refactor. {_show_forms()}")
    act = _find_act(given[0])
    expected, options, _ = FORMS[act]
    chosen = {word for word in plain if word.startswith("--")}
    if unknown := sorted(chosen.difference(options)):
        raise BadCommandError(_refuse_option(act, unknown[0]))
    names = [_drop_path(word) for word in given[1:]]
    if len(names) > len(expected):
        names = [word for word in names if word.lower() not in FILLERS]
    if len(names) != len(expected):
        raise BadCommandError(_refuse_count(act, names))
    to = "".join(names[1:])  # the second of two
    return RefactoringCommand(act, names[0], to, PARTIAL in chosen, GUESS in chosen)


def refactor(
    files: Mapping[str, str], command: RefactoringCommand, checker: TypeChecker | None = None
) -> Refactoring:
    """Do what the command says on texts by path. Raises CannotRefactor."""
    try:
        return _refactor(files, command, checker)
    except UnknownNameError:
        if place := _find_elsewhere(files, command):
            raise CannotRefactor(
                f"{command.name} is defined in {place}, and `{command.act}` works on Python alone."
            ) from None
        raise


def _refactor(
    files: Mapping[str, str], command: RefactoringCommand, checker: TypeChecker | None
) -> Refactoring:
    match command.act:
        case "rename":
            return rename_symbol(
                files, command.name, command.to, guess=command.guess, checker=checker
            )
        case "async":
            return make_async(files, command.name, checker=checker)
        case "move":
            return move_symbol(files, command.name, command.to)


def _find_elsewhere(files: Mapping[str, str], command: RefactoringCommand) -> str:
    """Find the file of another language that defines the name; empty where none does."""
    last = command.name.rpartition(".")[2]
    for path, text in files.items():
        if path.endswith(".py") or last not in text:
            continue
        if any(symbol.last_name == last for symbol in extract_symbols(path, text.encode())):
            return path
    return ""


def _drop_path(name: str) -> str:
    """Write `shop/cart.py::Cart.total` as the dotted name that it stands for."""
    path, colons, symbol = name.partition("::")
    if not colons or not path.endswith((".py", ".pyi")):
        return name
    module = path.rpartition(".")[0].removeprefix("./").removesuffix("/__init__")
    return f"{module.replace('/', '.')}.{symbol.replace('::', '.')}"


def _find_act(word: str) -> Act:
    for act in FORMS:
        if word.lower() == act:
            return act
    near = get_close_matches(word.lower(), FORMS, 1)
    guess = f" Did you mean `{near[0]}`?" if near else ""
    raise BadCommandError(f"I know no refactoring {as_code_span(word)}.{guess} {_show_forms()}")


def _refuse_option(act: Act, option: str) -> str:
    known = " and ".join(f"`{name}`" for name in FORMS[act][1])
    return f"`{act}` has no option {as_code_span(option)}, only {known}. {_show_example(act)}"


def _refuse_count(act: Act, names: Sequence[str]) -> str:
    expected = FORMS[act][0]
    form = " ".join((act, *expected))
    if len(names) < len(expected):
        return f"{expected[len(names)]} is missing in `{form}`. {_show_example(act)}"
    return (
        f"`{form}` has no place for {as_code_span(names[len(expected)])}: "
        f"a name has no blanks in it. {_show_example(act)}"
    )


def _show_forms() -> str:
    forms = [f"`/refactor {' '.join((act, *FORMS[act][0]))}`" for act in FORMS]
    return f"These work: {', '.join(forms)}. {_show_example('rename')}"


def _show_example(act: Act) -> str:
    return f"For example: `/refactor {FORMS[act][2]}`."
