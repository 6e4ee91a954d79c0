"""The measurement of edits: faulty ones, in small files and in large, a wide rename, a
minute of noise.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

from bot.edits import Rejected, apply_edits
from bot.refactor import rename_symbol
from tests.benchmarks.table import Row
from tests.edits.model_faults import BLOCKS, DIFFS, Maker, block_of, diff_of
from tests.edits.stale_files import (
    choose_one,
    count_places,
    list_right_results,
    make_edit,
    make_stale,
)

CASES = 100
STALE_FILES = 1_000
NOISE_S = 60
PARTS = (
    *(
        "--- a/f\n",
        "+++ b/f\n",
        "@@ -1,2 +1,2 @@\n",
        "-x\n",
        "+y\n",
        " z\n",
        "\n",
        "\\ No newline at end of file\n",
    ),
    *(
        "<<<<<<< SEARCH\n",
        "=======\n",
        ">>>>>>> REPLACE\n",
        "f\n",
        "```\n",
        "...\n",
        "\r\n",
        "\0",
        "\ufeff",
        "\t",
        "../f",
    ),
    *(
        "diff --git a/f b/f\n",
        "rename from f\n",
        "rename to ../g\n",
        "new file mode 120000\n",
        "x\nz\n" * 50,
    ),
)


def rows(_: Path) -> list[Row]:
    """What an edit costs, and what becomes of faulty ones."""
    return [*_faults(), _stale(), *_large(), _renamed(), _noise()]


def _faults() -> list[Row]:
    outcomes = Counter[str]()
    start = time.process_time()
    for seed in range(CASES):
        made = Maker(Random(seed)).case()
        diff, block = diff_of(made), block_of(made)
        for case in [*(fault(diff) for fault in DIFFS), *(fault(block) for fault in BLOCKS)]:
            outcomes[_outcome(case.before, case.edit, case.path, case.after)] += 1
    each = (time.process_time() - start) / outcomes.total() * 1000
    told = ", ".join(f"{count} {what}" for what, count in outcomes.most_common())
    return [
        Row(f"{outcomes.total()} edits with one fault each", told, "0 wrong", "-"),
        Row("one edit of a small file", f"{each:.1f} ms", "5 ms", "-"),
    ]


def _stale() -> Row:
    """Edits of files that changed in one way after they were read."""
    outcomes = Counter[str]()
    for seed in range(STALE_FILES):
        chance = Random(seed)
        read = "".join(Maker(chance).case().before for _ in range(3)).split("\n")
        edit = make_edit(read, chance)
        if edit is None:
            continue
        lines = make_stale(edit, list(choose_one(chance)), chance)
        before = "\n".join([*(line.text for line in lines), ""])
        if count_places([line.text for line in lines], edit.old) == 1:
            continue  # it fits to the letter, wherever its lines have moved
        meant = {_drop_blanks("\n".join(right)) for right in list_right_results(lines, edit)}
        for text in (edit.render_diff(), edit.render_block()):
            outcomes[_judge(before, text, meant)] += 1
    told = ", ".join(f"{count} {what}" for what, count in outcomes.most_common())
    return Row(f"{outcomes.total()} edits of files that changed since", told, "0 wrong", "-")


def _judge(before: str, edit: str, meant: set[str]) -> str:
    try:
        after = _drop_blanks(apply_edits({"f": before}, edit)["f"])
    except Rejected:
        return "refused" if meant else "refused, as they must be"
    return "right" if after in meant else "wrong"


def _drop_blanks(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _outcome(before: str, edit: str, path: str, after: str) -> str:
    try:
        return "right" if apply_edits({path: before}, edit)[path] == after else "wrong"
    except Rejected:
        return "refused"


def _large() -> list[Row]:
    lines = [f"    value_{n} = compute({n}, 'x{n}')" for n in range(25_000)]
    text = "\n".join(lines) + "\n"
    at = len(lines) // 2
    exact = f"--- a/f\n+++ b/f\n@@ @@\n {lines[at]}\n-{lines[at + 1]}\n+y\n"
    margin = f"--- a/f\n+++ b/f\n@@ @@\n {lines[at].strip()}\n-{lines[at + 1].strip()}\n+y\n"
    hunks = "--- a/f\n+++ b/f\n" + "".join(
        f"@@ @@\n-{line}\n+{line}0\n" for line in lines[::2][:10_000]
    )
    return [
        Row("one edit of a megabyte, as it stands", f"{_took(text, exact):.0f} ms", "50 ms", "-"),
        Row("one edit of a megabyte, at another margin", f"{_took(text, margin):.0f} ms", "-", "-"),
        Row("10,000 edits of a megabyte", f"{_took(text, hunks):.0f} ms", "-", "-"),
    ]


def _took(text: str, edit: str) -> float:
    start = time.process_time()
    apply_edits({"f": text}, edit)
    return (time.process_time() - start) * 1000


def _renamed() -> Row:
    files = {
        f"pkg/m{n}.py": f"from pkg.base import old_name\n\n\ndef f{n}():\n    return old_name({n})\n"
        * 20
        for n in range(200)
    }
    files |= {"pkg/__init__.py": "", "pkg/base.py": "def old_name(x):\n    return x\n"}
    start = time.process_time()
    made = rename_symbol(files, "old_name", "new_name")
    took = time.process_time() - start
    return Row(
        f"a rename in {len(made.files)} files, {made.places} places",
        f"{took:.2f} s",
        "one turn",
        "-",
    )


def _noise() -> Row:
    """Edits made of parts of edits, for a minute: whatever is no Rejected ends the measurement."""
    chance, tried, slowest = Random(0), 0, 0.0
    end = time.monotonic() + NOISE_S
    while time.monotonic() < end:
        edit = "".join(chance.choices(PARTS, k=chance.randint(1, 40)))
        start = time.process_time()
        _try(partial(apply_edits, {"f": "x\nz\n", "g": "y"}, edit))
        slowest, tried = max(slowest, time.process_time() - start), tried + 1
    return Row(
        f"{tried:,} edits of noise",
        f"no crash, {slowest * 1000:.0f} ms the slowest",
        "no crash",
        "-",
    )


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except Rejected:
        return
