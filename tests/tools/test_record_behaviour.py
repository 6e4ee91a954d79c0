"""What code does is recorded before a change, and compared after it."""

from dataclasses import replace

import pytest

from bot.steps.check_locally import LocalWork
from bot.steps.compare_behaviour import compare_behaviour
from bot.values import Patch, ProjectChecks, RanLines
from bot.views.behaviour_words import render_differences
from tests.folder_sandbox import FolderSandbox
from tests.tool_caller import ToolCaller

SCRIPT = """\
import random
import sys
import time

total = 0
for line in open(sys.argv[1]):
    total += int(line)
if total > 99:
    print("too much", file=sys.stderr)
    sys.exit(3)
print(f"total {total}, asked {time.time()} by {random.random()}")
print({"red", "green", "blue", "black"})
with open("last.txt", "w") as file:
    file.write(f"{total}\\n")
"""
REFACTORED = """\
import random
import sys
import time


def read(path):
    with open(path) as file:
        return [int(line) for line in file]


def main(path):
    total = sum(read(path))
    if total > 99:
        print("too much", file=sys.stderr)
        sys.exit(3)
    print(f"total {total}, asked {time.time()} by {random.random()}")
    print({"red", "green", "blue", "black"})
    with open("last.txt", "w") as file:
        file.write(f"{total}\\n")


main(sys.argv[1])
"""
README = """\
# Sum

```sh
$ python add.py small.txt   # the usual
python add.py <file>
python add.py nothing.txt
python add.py small.txt > out.txt
```
"""
FILES = {
    "add.py": SCRIPT,
    "small.txt": "1\n2\n",
    "README.md": README,
    "last.txt": "old\n",
}
INPUTS = [
    {"command": "python add.py many.txt", "files": {"many.txt": "50\n50\n"}},
    {"command": "python add.py words.txt", "files": {"words.txt": "one\n"}},
]
RECORDED = """\
Recorded on the base: 3 inputs. Each runs again with your change, after `finish`.
1. `python add.py many.txt`: exit status 3.
Its errors:
| too much
2. `python add.py words.txt`: exit status 1.
"""


@pytest.fixture
def caller(build):
    """A model whose job may be a refactoring, in a sandbox that keeps nothing out."""
    place = build(FILES)
    ports = replace(place.ports, sandbox=FolderSandbox(place.ports.mirrors))
    caller = ToolCaller(ports, place.tree())
    caller.context = replace(
        caller.context, records_behaviour=True, project=ProjectChecks(), workspace="run"
    )
    return caller


def compare(caller, behaviour, text):
    """The comparison of a change of the script."""
    work = LocalWork(caller.tree, Patch({"add.py": text}), ProjectChecks(), "run")
    return compare_behaviour(caller.ports, work, behaviour)


@pytest.mark.long
def test_a_refactoring_does_what_the_code_did_and_a_fault_of_it_is_found(caller):
    """Times, chances and the order of a set vary by themselves; what else differs is told."""
    (result,) = (outcome := caller.turn(("record_behaviour", {"inputs": INPUTS}))).results
    behaviour = outcome.behaviour

    assert result.text.startswith(RECORDED)
    assert "3. `python add.py small.txt` (from README.md): exit status 0, changed last.txt.\n" in (
        result.text
    )
    assert "varies from run to run" in result.text
    assert result.text.endswith("Of add.py they ran 13 of 13 lines (100 %).")
    assert (3, 1, 0) == behaviour.exits
    assert (RanLines("add.py", 13, 13),) == behaviour.ran
    same = compare(caller, behaviour, REFACTORED)
    assert ((), (3,)) == (same.differences, same.varying)
    faulty = (
        REFACTORED.replace("total > 99", "total > 100")
        .replace("total {total}", "Total {total}")
        .replace('f"{total}\\n"', 'f"{total}"')
        .replace("int(line)", "float(line)")
    )
    found = compare(caller, behaviour, faulty)
    assert [(1, "exit status"), (1, "output"), (1, "errors"), (1, "files")] == [
        (known.number, known.aspect) for known in found.differences[:4]
    ]
    assert "3 before, 0 now" == found.differences[0].text
    told = render_differences(found, behaviour)
    assert "For 3 of 3 recorded inputs the code does not do what it did" in told
    assert "Input 2, `python add.py words.txt`, errors:\n| -ValueError: invalid literal" in told
    assert "| -total 3, asked \u2026 by 0.\u2026\n| +Total 3.0" in told or "| -total" in told
