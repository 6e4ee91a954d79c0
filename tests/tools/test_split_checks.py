"""The checks of a split: thirty broken by hand are all caught, and ten sound ones not accused."""

from dataclasses import replace

import pytest

from bot.gates import Rules
from bot.tools.split_checks import explain_split_faults
from bot.values import Brief, Criterion, Entity, Part

TEXTS = {
    "store": "`Store.add` keeps an expense with its day and its amount",
    "empty": "`Store.add` refuses an amount of 0 with a ValueError",
    "bank": "`read_bank` reads the lines of a bank's CSV file",
    "month": "`month` prints the sum of a month",
    "share": "`share` writes a month as CSV",
}
PLACES = {name: place for place, name in enumerate(TEXTS)}
STORE = Entity("symbol", "Store", is_new=True, is_missing=True)
BRIEF = Brief(
    "feature",
    entities=(STORE, Entity("file", "app/store.py", True, True, path="app/store.py")),
    criteria=tuple(map(Criterion, TEXTS.values())),
)
RULES = Rules(protected=("deploy/**",))


def part(number, title="", files=(), criteria=(), needs=(), text=""):
    """A part that is in order; `criteria` by the names of their texts."""
    return Part(
        number,
        title or f"Write module {'abcdefghi'[number - 1]} of the tracker",
        text or f"Write what is number {number} of the work, with its tests beside it.",
        files or (f"app/module{number}.py",),
        tuple(PLACES.get(name, name) for name in criteria),
        needs,
    )


BASE = part(1, files=("app/store.py",), criteria=("store", "empty"))
BANK = part(2, criteria=("bank",), needs=(1,))
MONTH = part(3, criteria=("month",), needs=(1,))
SHARE = part(4, criteria=("share",), needs=(3,))
SOUND = (BASE, BANK, MONTH, SHARE)


def change(number, **fields):
    """The sound split with one part otherwise."""
    return tuple(replace(known, **fields) if known.number == number else known for known in SOUND)


def swap(order):
    """The sound split in another order, its needs by the new numbers."""
    numbers = {old: new for new, old in enumerate(order, 1)}
    by_number = {known.number: known for known in SOUND}
    return tuple(
        replace(
            by_number[old],
            number=numbers[old],
            needs=tuple(numbers[need] for need in by_number[old].needs),
        )
        for old in order
    )


def explain(parts, brief=BRIEF, rules=RULES):
    """What is wrong with a split."""
    return list(explain_split_faults(parts, brief, rules))


LONG = Brief("feature", criteria=tuple(Criterion(f"`run` prints line {n}") for n in range(14)))
ALL = tuple(range(len(TEXTS)))
EIGHT = tuple(
    part(number, criteria=(number - 1,) if number <= len(TEXTS) else (), needs=())
    for number in range(1, 10)
)
STORY = "Write the reader of a bank's files on top of the new `Store`, with tests."


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ((), "A split has at least 2 parts"),
        ((part(1, criteria=ALL),), "A split has at least 2 parts"),
        (EIGHT, "There are 9 parts, and at most 8 are allowed"),
        (change(2, needs=(2,)), "Part 2 needs itself."),
        (change(2, needs=(9,)), "Part 2 needs part 9: there are 1 to 4."),
        (change(2, needs=(0,)), "Part 2 needs part 0: there are 1 to 4."),
        (change(2, needs=(-1,)), "Part 2 needs part -1: there are 1 to 4."),
        (change(1, needs=(2,)), "Parts 1, 2 wait for each other in a circle"),
        (change(1, needs=(4,)), "Parts 1, 3, 4 wait for each other in a circle"),
        (change(3, needs=(1, 4)), "Parts 3, 4 wait for each other in a circle"),
        (swap((1, 2, 4, 3)), "Part 3 needs part 4, which comes later"),
        (swap((2, 1, 3, 4)), "Every other part needs part 2: it comes first, as part 1."),
        (swap((2, 3, 4, 1)), "Every other part needs part 4: it comes first, as part 1."),
        (change(4, criteria=()), "No part meets criterion 5: '`share` writes a month as CSV'."),
        (change(4, criteria=(4, 5)), "Part 4 names criterion 6: the brief has 1 to 5."),
        (change(4, criteria=(4, -1)), "Part 4 names criterion 0: the brief has 1 to 5."),
        (change(4, criteria=(4, 2)), "Criterion 3 stands in parts 2 and 4"),
        (change(3, files=("app/module2.py",)), "Parts 2 and 3 both change app/module2.py"),
        (change(3, files=("./app//module2.py",)), "Parts 2 and 3 both change app/module2.py"),
        (change(4, files=("app/module2.py",)), "Parts 2 and 4 both change app/module2.py"),
        (change(2, text=STORY, needs=()), "Parts 1 and 2 use Store, which is new"),
        (change(2, files=("app/store.py",), needs=()), "use app/store.py, which is new"),
        (change(3, title=BANK.title), f"Parts 2 and 3 have the same title: {BANK.title!r}."),
        (change(3, title="write MODULE b of the tracker!"), "Parts 2 and 3 have the same title"),
        (change(3, text=BANK.text), "Parts 2 and 3 have the same text."),
        (change(3, title="Part 3"), "Part 3 needs a title that says what is done"),
        (change(3, title="The rest of it"), "Part 3 needs a title that says what is done"),
        (change(3, text="See above."), "The `text` of part 3 must be understood alone"),
        (change(3, text=MONTH.title), "The `text` of part 3 must be understood alone"),
        (change(3, files=()), "Part 3 names no file"),
        (change(3, files=("/etc/passwd",)), "Part 3 names '/etc/passwd', which is no path"),
        (change(3, files=("app/../../x",)), "Part 3 names 'app/../../x', which is no path"),
        (change(3, files=("deploy/a.yml",)), "Part 3 names deploy/a.yml, which may not be changed"),
        (change(3, files=(".github/a.yml",)), "Part 3 names .github/a.yml, which may not be"),
        ((*SOUND, part(5, needs=(1,))), "Part 5 meets no criterion, and no part needs it"),
        (
            change(3, files=tuple(f"app/{number}.py" for number in range(61))),
            "Part 3 is too big itself. It names 61 files, and a change here may touch 60.",
        ),
    ],
)
def test_a_broken_split_is_caught(parts, fault):
    """Each with one sentence about it, that says how it is mended."""
    faults = explain(parts)

    assert 1 == sum(fault in line for line in faults)
    assert all(line.endswith(".") for line in faults)


def test_a_part_that_is_too_big_itself_is_caught():
    """By its criteria, by what is apart in it, and by the repository's own limits."""
    last = part(2, criteria=(13,), needs=(1,))
    many = (part(1, criteria=range(13)), last)
    apart = replace(LONG, criteria=tuple(Criterion(f"`run{n % 3}` is {n}") for n in range(14)))
    seven = (part(1, criteria=range(7)), part(2, criteria=range(7, 14), needs=(1,)))

    assert ["Part 1 is too big itself. It has 13 criteria, and one change meets 12 at most."] == [
        fault.removesuffix(" Divide it.") for fault in explain(many, LONG)
    ]
    assert [] == explain(seven, LONG)
    assert [
        f"Part {number} is too big itself. Its 7 criteria fall into 3 groups that share no file "
        "and no name of the code. Divide it."
        for number in (1, 2)
    ] == explain(seven, apart)
    assert 2 == len(explain(seven, LONG, Rules(max_lines=200)))


@pytest.mark.parametrize(
    "parts",
    [
        SOUND,
        SOUND[:1] + change(2, criteria=(2, 3, 4))[1:2],
        swap((1, 3, 2, 4)),
        swap((1, 3, 4, 2)),
        change(4, needs=(1, 2, 3)),
        change(4, files=("app/store.py", "README.md")),
        # One after the other, all in one file.
        tuple(
            replace(known, files=("app/all.py",), needs=tuple(range(1, known.number)))
            for known in SOUND
        ),
        # Nothing depends on anything.
        (
            BASE,
            part(2, criteria=("bank",)),
            part(3, criteria=("month",)),
            part(4, criteria=("share",)),
        ),
        # An interface that meets no criterion itself.
        (
            part(1, "Put the files behind an interface", files=("app/files.py",)),
            part(2, files=("app/store.py",), criteria=("store", "empty", "month"), needs=(1,)),
            part(3, criteria=("bank", "share"), needs=(1,)),
        ),
        # In another language.
        (
            part(1, "Speicher für Ausgaben", ("app/store.py",), ("store", "empty")),
            part(2, "Kontoauszüge lesen", (), ("bank",), (1,)),
            part(3, "Den Monat zeigen und teilen", (), ("month", "share"), (1,)),
        ),
        # What is new is made in one part and used in two that need it through another.
        (
            BASE,
            part(2, criteria=("bank",), needs=(1,), text=STORY),
            part(3, criteria=("month", "share"), needs=(2,), text=STORY.replace("bank", "month")),
        ),
    ],
)
def test_a_sound_split_is_not_accused(parts):
    """Whatever its shape."""
    assert [] == explain(parts)
