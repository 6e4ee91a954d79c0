"""The samples of `greenlit demo`: each is solved as its written conversation says."""

import subprocess
import sys
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from bot.cli.demo import DemoOptions, play_demo
from bot.cli.demo.samples import SAMPLES, find_sample
from bot.forge.claude_double import ClaudeDouble
from bot.text import extract_visible
from bot.values import Issue, RunKey
from tests.adapters.sandbox.sandboxed import OpenTier
from tests.stage import staged
from tests.tool_caller import ToolCaller

LISTED = """\
polling  a slow endpoint answers at once, with an id to poll
async    a blocking function is made async, and awaited everywhere
rename   a method gets another name in all files, and only it
script   a script becomes functions and a class, with the same output
"""
SAME = """\
Same output as before on 6 recorded inputs: exit status, output, errors, written files. \
They run 100 % of the lines of `hours.py` as it was.

The 6 recorded inputs
- `python hours.py --over 5 week.csv`: exit status 0
- `python hours.py tie.csv`, with a file `tie.csv` (4 lines): exit status 0
- `python hours.py`: exit status 2
- `python hours.py --over 8 week.csv`, as `README.md` says: exit status 0
- `python hours.py bad.csv`, with a file `bad.csv` (3 lines): exit status 1
- `python hours.py empty.csv`, with a file `empty.csv` (empty): exit status 0
"""
WRITTEN = {  # what a sample's code has in the end
    "async": {
        "shop/rates.py": "    await asyncio.sleep(BANK_S)",
        "shop/server.py": "return await price_in(int(cents), currency)",
        "shop/cart.py": "    asyncio.run(main(sys.argv[1:]))",
    },
    "rename": {
        "bank/account.py": "self.balance_cents() >= cents",
        "bank/order.py": "account.can_pay(order.total())",
        "bank/export.py": '"total": account.balance_cents()',
        "README.md": "`Account.balance_cents()` is what",
    },
    "script": {"hours.py": "class Worker:"},
}


def read_answers(outcome):
    """How the calls of a turn were answered; `finish` is not, when all is well."""
    return {result.call_id: (result.is_error, result.text) for result in outcome.results}


@pytest.mark.served
@pytest.mark.parametrize("name", WRITTEN)
def test_a_conversation_fits_what_the_tools_say(build, tmp_path, name):
    """Without a sandbox too: turn by turn, and the sample's own tests pass in the end."""
    sample = find_sample(name)
    place = build(sample.read_files())
    caller = ToolCaller(place.ports, place.tree())
    issue = Issue(1, *sample.read_issue(), "ada")
    caller.context = replace(caller.context, issue=issue, plan=None)
    asked = []
    for turn in sample.load_scripts()[-1].turns:
        for number, expected in enumerate(turn.expect.results):
            failed, text = asked[f"c{number}"]
            assert expected.failed == failed, text
            assert [] == [words for words in expected.contains if words not in text], text
        asked = read_answers(caller.turn(*[(call.tool, call.input) for call in turn.content]))
    assert {} == asked
    files = sample.read_files() | caller.files
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    tests = [sys.executable, "-m", "unittest", "-q"]
    done = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    assert [] == [path for path, words in WRITTEN[name].items() if words not in files[path]]


@pytest.mark.served
@pytest.mark.long
def test_a_script_is_shown_to_do_what_it_did(tmp_path):
    """What it does is recorded in the sandbox, and a fault of the first attempt is found by that."""
    sample = find_sample("script")
    double = ClaudeDouble(sample.load_scripts(), pace=0)
    with staged(tmp_path, lambda app: app, double, tier=OpenTier()) as on:
        on.forge.create_repository(sample.repo, sample.read_files(), people={"ada": "admin"})
        on.forge.install(on.keys, sample.repo)
        number = on.forge.open_issue(sample.repo, "ada", *sample.read_issue())
        on.forge.add_label(sample.repo, number, "autogen", "ada")
        on._until(RunKey(f"{sample.repo}#{number}/1"), 120)
        (pull,) = on.forge.list_pulls(sample.repo)
        files = on.forge.read_files(sample.repo, pull.head)

    assert [] == [request.error for request in double.requests if request.error]
    assert not pull.draft
    assert SAME in extract_visible(pull.body)
    assert "key=lambda worker: -worker.hours" in files["hours.py"]


def test_samples_are_named_by_what_a_person_would_say(tmp_path, capsys):
    """`list` says what becomes of what; another name is answered with those that there are."""
    console = Console(file=(told := StringIO()), width=100)

    assert 0 == play_demo(console, DemoOptions(sample="list"))
    assert LISTED == "".join(f"{line.rstrip()}\n" for line in told.getvalue().splitlines())
    assert 2 == play_demo(console, DemoOptions(sample="poling", keep=tmp_path / "kept"))
    error = " ".join(capsys.readouterr().err.split())
    assert "There is no sample 'poling'. There are polling, async, rename, script." in error
    assert [True, False, False, False] == [sample.has_review for sample in SAMPLES]
