"""What code does is recorded before a change, and compared after it."""

from dataclasses import replace

import pytest

from bot.steps.check_locally import LocalWork
from bot.steps.compare_behaviour import compare_behaviour
from bot.tools.behaviour_job import PLAN, RECORDER
from bot.tools.record_behaviour import ENDLESS
from bot.values import Brief, Patch, ProjectChecks
from bot.values.behaviour import BehaviourInput, RanLines, RecordedBehaviour
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
INPUTS = [{"command": "python add.py many.txt", "files": {"many.txt": "50\n50\n"}}]
MORE = [{"command": "python add.py words.txt", "files": {"words.txt": "one\n"}}]
FAULTY = (
    SCRIPT.replace("total > 99", "total > 100")
    .replace("total {total}", "Total {total}")
    .replace('f"{total}\\n"', 'f"{total}"')
)
RECORDED = """\
Recorded on the base: 2 inputs. Each runs again with your change, after `finish`.
1. `python add.py many.txt`: exit status 3.
Its errors:
| too much
2. `python add.py small.txt` (from README.md): exit status 0, changed last.txt.
What it does varies from run to run: the parts that vary are not compared.
It printed:
"""
DIFFERS = """\
Not pushed yet. For 2 of 2 recorded inputs the code does not do what it did before your change \
(`-` is before, `+` is now):

Input 1, `python add.py many.txt`, exit status:
| 3 before, 0 now

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


@pytest.mark.long
def test_what_the_code_does_is_recorded_and_a_fault_is_found(caller):
    """The README's own example is recorded too; times, chances and the order of a set are known to
    vary, and what differs beside them is told.
    """
    outcome = caller.turn(("record_behaviour", {"inputs": INPUTS}))
    (result,), behaviour = outcome.results, outcome.behaviour

    assert result.text.startswith(RECORDED)
    assert result.text.endswith("Of add.py they ran 13 of 13 lines (100 %).")
    assert ((3, 0), (RanLines("add.py", 13),)) == (behaviour.exits, behaviour.ran)
    work = LocalWork(caller.tree, Patch({"add.py": FAULTY}), ProjectChecks(), "run")
    comparison = compare_behaviour(caller.ports, work, behaviour)
    aspects = [(known.number, known.aspect) for known in comparison.differences]
    assert aspects[:4] == [(1, "exit status"), (1, "output"), (1, "errors"), (1, "files")]
    assert aspects[4:] == [(2, "output"), (2, "files")]
    assert "last.txt: untouched before, written now" == comparison.differences[3].text
    assert "last.txt:\nonly the end of the last line differs" == comparison.differences[5].text
    assert render_differences(comparison).startswith(DIFFERS)
    assert ((2,), 2) == (comparison.varying, comparison.inputs)


class HastySandbox(FolderSandbox):
    """Ends each input after half a second."""

    def run(self, job):
        plan = job.patch.files[PLAN].replace('"wall_s": 20.0', '"wall_s": 0.5')
        return super().run(replace(job, patch=Patch({**job.patch.files, PLAN: plan})))


@pytest.mark.long
def test_what_does_not_end_by_itself_is_not_recorded(caller):
    """How far it comes is chance, which cannot be compared."""
    caller.ports = replace(caller.ports, sandbox=HastySandbox(caller.ports.mirrors))
    inputs = [{"command": "echo a"}, {"command": "sleep 9"}]
    outcome = caller.turn(("record_behaviour", {"inputs": inputs}))
    refused = caller.refusal("record_behaviour", inputs=inputs[1:])

    assert ["echo a"] == [known.command for known in outcome.behaviour.inputs]
    assert outcome.results[0].text.endswith(f"Not recorded: `sleep 9`. {ENDLESS}")
    assert f"Nothing is recorded. {ENDLESS}" == refused


def test_what_cannot_be_recorded_is_refused(caller):
    """Other work, paths outside, more inputs than there is room for, the same ones again."""
    full = RecordedBehaviour(tuple(BehaviourInput(f"python add.py {name}") for name in range(12)))
    many = BehaviourInput("python add.py many.txt", files={"many.txt": "50\n50\n"})
    inputs = (many, BehaviourInput("python add.py small.txt", source="README.md"))

    def refuse(given=INPUTS, **context):
        caller.context = replace(caller.context, **context)
        return caller.refusal("record_behaviour", inputs=given)

    assert "is no path in the repository" in refuse([{**MORE[0], "files": {"../a": ""}}])
    assert "takes one line" in refuse([{"command": "a\nb"}])
    assert "At most 12 inputs are recorded: 12 are already." == refuse(behaviour=full)
    assert "recorded already" in refuse(behaviour=RecordedBehaviour(inputs))
    assert "of the kind bug: nothing has to stay" in refuse(brief=Brief("bug"))
    assert "This job records nothing" in refuse(records_behaviour=False)
    sandbox = FolderSandbox(caller.ports.mirrors, endless=f"python3 {RECORDER} {PLAN}")
    caller.ports = replace(caller.ports, sandbox=sandbox)
    ended = refuse(records_behaviour=True, brief=None, behaviour=None)
    assert ended == "Nothing is recorded. It was ended after 600 s, the most a check may take."
    work = LocalWork(caller.tree, Patch(), ProjectChecks(), "run")
    comparison = compare_behaviour(caller.ports, work, RecordedBehaviour(inputs))
    assert (False, "It was ended after 600 s, the most a check may take.") == (
        comparison.is_same,
        comparison.why,
    )
    assert "No code can be run here" in refuse(project=None)
