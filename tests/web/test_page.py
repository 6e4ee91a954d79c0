"""The page: runs and their steps as the record holds them, readable, escaped, and nothing else."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import get_args, get_type_hints
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from bot.run import RunView, StepView, to_json
from bot.steps.ask_model import TimedTurn
from bot.steps.fetch_checks import ChecksSnapshot
from bot.steps.renew_request import Renewal
from bot.steps.use_tools import TurnOutcome
from bot.stories.recorded_steps import STEPS
from bot.text import SecretValues
from bot.tools import TOOLS
from bot.values import (
    Check,
    Checks,
    ConversationStart,
    Failure,
    Frame,
    InstallationId,
    Outcome,
    Part,
    Plan,
    PlannedFile,
    PlannedWeakening,
    PromptPrefix,
    PullEnd,
    PullRequest,
    PushResult,
    Reading,
    Repo,
    Request,
    RevisedFile,
    RunKey,
    RunState,
    Sha,
    Signal,
    Split,
    Subject,
    ToolCall,
    ToolResult,
    Turn,
    Usage,
    Verdict,
)
from bot.views.step_names import describe_doing, describe_done
from bot.web.page.diff_lines import parse_diff
from bot.web.page.formats import format_duration, format_prose, format_time, format_usd
from bot.web.page.routes import NEWEST, create_page
from bot.web.page.run_history import read_history
from bot.web.page.step_words import SIGNAL_WORDS, TOOL_WORDS, describe_step, name_step

KEY = RunKey("ada/engine#7/1")
QUOTED_KEY = quote(KEY)
ASKING = Request(
    Repo("ada/engine", InstallationId(99)),
    7,
    "ada",
    "2026-11-20T10:00:00Z",
    "guid",
    title="Slow <b>report</b>",
)
RUN = RunView(
    KEY,
    "solve_issue",
    "opened",
    1_790_000_000,
    1_790_000_042.5,
    to_json(ASKING),
    Outcome("opened", "CI is `green`: #8.\n\nMore.", 8, usd=0.42),
    branch="greenlit/7-slow report",
)
TURN = Turn(
    "tools",
    calls=(
        ToolCall("1", "read_file", {"path": "app/main.py"}),
        ToolCall("2", "grep", {"pattern": "report", "under": ""}),
    ),
    text="Let me\nlook.",
    usage=Usage(0.0123, 100, 900, 9000, 50),
)
PLAN = Plan(
    "Answer at once.",
    (PlannedFile("app/main.py", "a `queue`"),),
    ("test_report",),
    ("none",),
    weakened=(PlannedWeakening("test_wait", "nobody waits"),),
)
RED = Verdict(
    "ours",
    Reading(
        "test-failure",
        "fix",
        "pytest",
        (
            Failure(
                "NameError",
                "name 'path' is not defined",
                "tests/test_a.py::test_a",
                (Frame("tests/test_a.py", 4), Frame("app/main.py", 3)),
                jobs=("test",),
            ),
        ),
    ),
    {"test": 3},
)
DIFF = """\
diff --git a/app/main.py b/app/main.py
index 1..2 100644
--- a/app/main.py
+++ b/app/main.py
@@ -1,2 +1,2 @@ def report():
 same
-old <b>
+new <b>
--- a removed line that looks like a head
diff --git "a/new \\"x\\".py" "b/new \\"x\\".py"
new file mode 100644
--- /dev/null
+++ "b/new"
@@ -0,0 +1 @@
+one
\\ No newline at end of file
"""
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e\ud800'


@dataclass
class Kept:
    """A journal of what the test writes into it."""

    all: list[RunView] = field(default_factory=list)
    done: list[StepView] = field(default_factory=list)
    end: PullEnd | None = None

    def runs(self, limit: int, story: str = "") -> tuple[RunView, ...]:
        """The newest, of one story or of all."""
        return tuple(run for run in self.all if story in ("", run.story))[:limit]

    def run(self, key: RunKey) -> RunView | None:
        """By its key."""
        return next((run for run in self.all if run.key == key), None)

    def steps(self, key: RunKey) -> tuple[StepView, ...]:
        """Those of any run."""
        return tuple(self.done)

    def last_state(self, subject: Subject) -> RunState | None:
        """None: the page does not ask for it."""

    def pull_end(self, repo: str, number: int) -> PullEnd | None:
        """Of this repository's."""
        return self.end if self.end and ("ada/engine", self.end.number) == (repo, number) else None


@pytest.fixture
def journal() -> Kept:
    """A record with one run."""
    return Kept([RUN])


@pytest.fixture
def client(journal: Kept) -> TestClient:
    """A client of the page."""
    page = create_page(journal, ["solve_issue"], "https://github.example/")
    return TestClient(page, base_url="http://127.0.0.1:8485")


@pytest.fixture
def show(client: TestClient) -> Callable[..., LexborHTMLParser]:
    """The elements of a page; the run's where none is named."""

    def open_page(path: str = f"/runs/{QUOTED_KEY}") -> LexborHTMLParser:
        return LexborHTMLParser(client.get(path).text)

    return open_page


def step(number: int, name: str, result: object, error: str = "") -> StepView:
    """A step of a second and a half."""
    return StepView(number, name, 1_790_000_000, 1_790_000_001.5, result, error)


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def read(node) -> str:
    """What a reader sees of an element, on one line."""
    return " ".join(node.text(separator=" ").split())


def read_all(page: LexborHTMLParser, selector: str) -> list[str]:
    """What a reader sees of each element."""
    return [read(node) for node in page.css(selector)]


def list_links(page: LexborHTMLParser) -> list[tuple[str, str]]:
    """The links of a page's main part."""
    return [(read(link), link.attributes["href"] or "") for link in page.css("main a")]


def turn(**more) -> object:
    """The record of a turn of the model."""
    return to_json(TimedTurn(replace(TURN, **more), 61.0))


def test_runs_are_listed(show):
    """The list shows each run's state in words, its title with a link to its steps, why it ended in
    a line, its places on GitHub, who asked, when, how long and the cost.
    """
    page = show("/")
    (run,) = read_all(page, ".runs > li")

    assert run == (
        "pull request opened Slow <b>report</b> CI is green : #8. ada/engine issue #7 "
        "pull request #8 greenlit/7-slow report asked by ada 21 Sep 2026, 14:13 UTC 42 s $0.42"
    )
    assert [
        ("Slow <b>report</b>", "/runs/ada/engine%237/1"),
        ("ada/engine", "https://github.example/ada/engine"),
        ("issue #7", "https://github.example/ada/engine/issues/7"),
        ("pull request #8", "https://github.example/ada/engine/pull/8"),
        (
            "greenlit/7-slow report",
            "https://github.example/ada/engine/tree/greenlit/7-slow%20report",
        ),
    ] == list_links(page)


@pytest.mark.parametrize(
    ("state", "text", "chip"),
    [
        ("draft", "#8. CI is still red.", "draft, not green"),
        ("asked", "Please answer:", "has a question"),
        ("stopped", "The issue was closed.", "stopped"),
        ("unchanged", "It does so already.", "nothing to change"),
        ("refused", "It cannot be done.", "cannot do this"),
        ("gave up", "The budget is used up.", "gave up"),
        ("failed", "Something broke.", "broke"),
        ("new word", "It ended.", "new word"),
    ],
)
def test_each_end_has_its_word_and_its_reason(show, journal, state, text, chip):
    """One of another version is told by its own word."""
    outcome = Outcome("gave up", text)
    journal.all[:] = [replace(RUN, state=state, outcome=outcome, branch="", error="")]
    page = show("/")

    assert [chip] == read_all(page, ".chip")
    assert [text] == read_all(page, ".line")


@pytest.mark.parametrize(
    ("state", "report", "chip", "lines"),
    [
        ("queued", "", "queued", []),
        ("running", "Greenlit waits for CI, $0.10.", "at work", ["Greenlit waits for CI, $0.10."]),
    ],
)
def test_a_live_run_says_what_it_does(show, journal, state, report, chip, lines):
    """Queued, or at work with what people were told last; its time goes on, and its cost is not
    said twice.
    """
    began = time.time() - 125
    live = replace(RUN, state=state, report=report, outcome=None, began=began, changed=began)
    journal.all[:] = [live]
    page = show("/")
    (facts,) = read_all(page, ".facts")

    assert ([chip], lines) == (read_all(page, ".chip"), read_all(page, ".line"))
    assert re.search(r" UTC 2 min [5-9] s so far$", facts)


def test_a_list_that_is_cut_says_so(show, journal):
    """Only the newest are shown."""
    journal.all[:] = [replace(RUN, key=RunKey(f"ada/engine#{n}/1")) for n in range(NEWEST + 5)]
    page = show("/")

    assert NEWEST == len(page.css(".runs > li"))
    assert f"These are the newest {NEWEST} runs." in read(page.body)


def test_the_handling_of_comments_is_no_run(client, journal):
    """What handles a label or a comment is an event of a request: only what solves is listed."""
    hearing = replace(RUN, key=RunKey("command/1"), story="handle_command", value=None)
    journal.all.append(hearing)
    html = client.get("/").text

    assert (False, True) == ("command/1" in html, "ada/engine%237/1" in html)
    assert ["ada/engine#7/1"] == [run["key"] for run in client.get("/runs.json").json()]


def test_a_new_bot_says_that_there_are_no_runs_yet(client, journal):
    """An empty list says so, and what starts a run."""
    journal.all.clear()

    said = words(client.get("/").text)

    assert "No runs yet." in said
    assert "Add the label autogen to an issue" in said
    assert "greenlit doctor" in said


def play(journal: Kept) -> None:
    """A run that was red once and is green."""
    start = ConversationStart(PromptPrefix("", ()), "", "", "Claude")
    red = Checks(Sha("a" * 40), (Check("test", "failed", "failure", "https://ci/1"),))
    green = Checks(
        Sha("b" * 40),
        (
            Check("test", "passed", "success", "https://ci/2"),
            Check("x", "passed", "", "javascript:x"),
        ),
    )
    outcomes = (
        TurnOutcome((ToolResult("1", "Done."),), plan=PLAN),
        TurnOutcome(
            (ToolResult("1", "Done."), ToolResult("2", "no such file", is_error=True)),
            {"app/main.py": "x", "old.py": "y"},
        ),
        TurnOutcome((), {"old.py": "z"}, ("old.py",)),
    )
    records = [
        ("slot", "waited"),
        ("open_conversation", to_json(start)),
        ("ask_model", turn()),
        *(("use_tools", to_json(outcome)) for outcome in outcomes),
        ("report", 1041),
        ("push", to_json(PushResult(Sha("a" * 40), diff="diff --git a/o b/o\n@@ -1 +1 @@\n+o"))),
        ("fetch_checks", to_json(ChecksSnapshot(red, 1.0))),
        ("diagnose", to_json(RED)),
        ("ask_model", turn()),
        ("push", to_json(PushResult(Sha("b" * 40), diff=DIFF))),
        ("fetch_checks", to_json(ChecksSnapshot(green, 2.0))),
        ("open_pull", to_json(PullRequest(8, "https://x/8", draft=False))),
    ]
    journal.done += [step(number, *record) for number, record in enumerate(records, 1)]


def test_a_run_begins_with_how_it_stands(show, journal):
    """State, title, places, all that people were told."""
    page = show()

    assert (["Slow <b>report</b>"], ["pull request opened"]) == (
        read_all(page, "h1"),
        read_all(page, ".chip"),
    )
    assert ["CI is green : #8.", "More."] == read_all(page, ".line")
    assert ("pull request #8", "https://github.example/ada/engine/pull/8") in list_links(page)
    assert [] == page.css("details")


def test_a_run_shows_its_plan(show, journal):
    """Files with what changes there, tests, risks, and what must ask for less."""
    play(journal)
    page = show()

    assert ["Plan", "CI", "Change", "Bill", "Steps"] == read_all(page, "h2")
    assert [
        "app/main.py a queue",
        "Test: test_report",
        "Risk: none",
        "Asks for less: test_wait: nobody waits",
    ] == read_all(page, "section:first-of-type li")
    assert "Answer at once." in read_all(page, "section:first-of-type p")


def test_a_run_shows_the_parts_that_it_is_divided_into(show, journal):
    """Why, and in which order; a plan takes their place where it is wanted whole."""
    parts = (Part(1, "Keep a store", "Keep it."), Part(2, "Show it", "Show it.", needs=(1,)))
    outcome = TurnOutcome((), split=Split(parts, "It has 13 criteria."))
    journal.done.append(step(1, "use_tools", to_json(outcome)))
    divided = show()
    journal.done.append(step(2, "use_tools", to_json(TurnOutcome((), plan=PLAN))))

    assert ["Parts", "Steps"] == read_all(divided, "h2")
    assert ["It has 13 criteria."] == read_all(divided, "section:first-of-type p")
    assert ["Keep a store", "Show it after 1"] == read_all(divided, "section:first-of-type li")
    assert ["Plan", "Steps"] == read_all(show(), "h2")


def test_a_run_that_goes_on_shows_the_plan_that_it_goes_on_with(show, journal):
    """Only where it goes on; a new plan takes the old one's place."""
    start = ConversationStart(PromptPrefix("", ()), "", "", "Claude")
    earlier = RunState(KEY, ASKING, start=start, plan=PLAN)
    renewal = Renewal("news", "go on", is_same_prompt=True)
    journal.done.append(step(1, "find_last_state", to_json(earlier)))
    anew = read_all(show(), "h2")
    journal.done.append(step(2, "renew_request", to_json(renewal)))
    resumed = read_all(show(), "section:first-of-type p")
    newer = TurnOutcome((), plan=Plan("Part at once."))
    journal.done.append(step(3, "use_tools", to_json(newer)))

    assert ["Steps"] == anew
    assert ["Answer at once."] == resumed
    assert ["Part at once."] == read_all(show(), "section:first-of-type p")


def test_a_run_shows_its_attempts_and_the_reading_of_a_red_ci(show, journal):
    """Commit and result of each; what failed, where, with the message; what CI says now."""
    play(journal)
    page = show()

    assert ["Attempt 1 aaaaaaaaaa red", "Attempt 2 bbbbbbbbbb green"] == read_all(page, "h3")
    assert [
        "tests/test_a.py::test_a app/main.py:3 in test NameError: name 'path' is not defined"
    ] == read_all(page, ".failures > li")
    assert "Failed: test." in read_all(page, ".attempts p")
    assert ("test", "https://ci/2") in list_links(page)
    assert "javascript" not in page.html


def test_a_log_that_nobody_could_read_is_shown(show, journal):
    """Where no failure was found in it, what stands there; a flaky one says why."""
    reading = Reading("crash", "human", excerpt="Killed <b>")
    many = replace(RED.reading, failures=RED.reading.failures * 23)
    journal.done += [
        step(1, "push", to_json(PushResult(Sha("a" * 40)))),
        step(2, "diagnose", to_json(Verdict("infrastructure", reading, {"build": 1}))),
        step(3, "rerun_failed_jobs", {"5": 1}),
        step(4, "push", to_json(PushResult(Sha("b" * 40)))),
        step(5, "diagnose", to_json(Verdict("flaky", many, {"test": 1}, "it `passed` before"))),
    ]
    page = show()

    assert "The cause is outside the code." in read(page.body)
    assert "it passed before" in read(page.body)
    assert ["Killed <b>"] == read_all(page, ".attempts details pre")
    assert ["Attempt 1 aaaaaaaaaa run again", "Attempt 2 bbbbbbbbbb red"] == read_all(page, "h3")
    assert "and 3 more" == read_all(page, ".failures > li")[-1]


def test_a_run_shows_the_diff_that_it_pushed_last(show, journal):
    """By file, each line by what it is; a long one is folded."""
    play(journal)
    page = show()

    assert ["app/main.py +1 −2", 'new \\"x\\".py +1 −0'] == read_all(page, "section summary")
    assert ["+new <b>", "+one"] == read_all(page, ".added")
    assert ["-old <b>", "--- a removed line that looks like a head"] == read_all(page, ".removed")
    assert all("open" in fold.attributes for fold in page.css("section details"))


def test_a_long_diff_is_folded(show, journal):
    """It opens with a key, and is as long as it is."""
    lines = "+x\n" * 500
    diff = f"diff --git a/a b/a\n@@ -0,0 +1,500 @@\n{lines}"
    journal.done.append(step(1, "push", to_json(PushResult(Sha("a" * 40), diff=diff))))
    (fold,) = show().css("section details")

    assert "open" not in fold.attributes
    assert 500 == len(fold.css(".added"))


def test_a_run_shows_how_its_pull_request_ended(show, journal):
    """What people made of it before they merged it, or why they did not."""
    hunk = "@@ -1 +1 @@\n-old <b>\n+older\n"
    files = (RevisedFile("app.py", 3, 1, hunk), RevisedFile("b.py", 2, 0))
    address = "https://github.example/ada/engine/pull/8"
    journal.end = PullEnd(8, address, "Slow", is_merged=True, by="ada", files=files)
    journal.all[:] = [replace(RUN, outcome=Outcome("opened", "CI is green.", 8))]
    merged = show()
    journal.end = PullEnd(
        8, address, "Slow", is_merged=False, by="ada", reason="Not *now*.", reason_by="ada"
    )

    assert "#8 was merged by @ada, with 5 of 6 lines as the bot wrote them." in read_all(
        merged, "section p"
    )
    assert "app.py 3 lines kept, 1 changed" in read_all(merged, "section summary")
    assert "b.py 2 lines kept, 0 changed" in read_all(merged, "section p")
    assert " ".join(hunk.split()) in read_all(merged, "section pre")[0]
    assert "#8 was closed without being merged by @ada. @ada said: Not *now*." in read_all(
        show(), "section p"
    )


def test_before_a_push_the_changed_files_are_named(show, journal):
    """There is no diff yet; a file that is as it was again is not changed."""
    play(journal)
    del journal.done[6:]
    page = show()

    journal.all[:] = [replace(RUN, state="running", outcome=None)]
    live = show()

    assert "Nothing was pushed. It had changed:" in read_all(page, "section p")
    assert "Nothing is pushed yet. Changed so far:" in read_all(live, "section p")
    assert ["app/main.py"] == read_all(page, "section:nth-of-type(2) li")


def test_a_run_shows_its_bill(show, journal):
    """Model, dollars, turns, time, tokens and how many came from the cache."""
    play(journal)
    page = show()
    names, amounts = read_all(page, "dt"), read_all(page, "dd")

    assert {
        "Model": "Claude",
        "Cost": "$0.02",
        "Turns of the model": "2",
        "Time of the model": "2 min 2 s",
        "Tokens read": "20,000",
        "of which from the cache": "18,000 (90 %)",
        "Tokens written": "100",
    } == dict(zip(names, amounts, strict=True))


def test_a_run_tells_its_steps_in_words(show, journal):
    """What was done, what came of it, and how long it took; no name of the record's, no raw value."""
    play(journal)
    page = show()
    steps = read_all(page, ".steps > li")

    assert (
        "The model answered 1.5 s It asks to read app/main.py, search for report. Let me look."
        in steps
    )
    assert "Did what the model asked 1.5 s 1 of 2 calls refused: no such file" in steps
    assert "Pushed to the branch 1.5 s bbbbbbb to its own branch" in steps
    assert "Updated its comment 1.5 s" in steps
    for internal in ("ask_model", "use_tools", "fetch_checks", "1041", "null", "None", "slot"):
        assert internal not in read(page.css_first(".steps"))


def test_waits_that_did_not_wait_are_not_told(show, journal):
    """A look into the inbox is no step for people; a wait that took its time is, and so is what
    ended it.
    """
    signal = to_json(Signal("stop", "@ada said `/stop`", "ada"))
    journal.done += [
        StepView(1, "wait", 10.0, 10.1),
        StepView(2, "wait", 10.0, 70.0),
        StepView(3, "wait", 10.0, 10.1, signal),
        StepView(3, "wait", 10.0, 10.1, to_json(Signal("checks", "check_run"))),
        StepView(3, "wait", 10.0, 12.0, to_json(Signal("checks", "check_run"))),
        StepView(4, "slot", 10.0, 10.1, "waited"),
        StepView(5, "wait", 10.0, 0.0),
    ]

    assert [
        "Waited for CI, or for word from people 1 min",
        "Waited for CI, or for word from people 0.1 s The work was stopped by ada.",
        "Waited for CI, or for word from people 2.0 s CI reported something.",
        "Waited for CI, or for word from people under way",
    ] == read_all(show(), ".steps > li")


def test_a_step_of_another_version_is_named_by_its_name(show, journal):
    """In plain letters, without what it left."""
    journal.done.append(step(1, "(guess_the_mood)", {"odd": [1, None]}))

    assert ["Guess the mood 1.5 s"] == read_all(show(), ".steps > li")


def test_every_step_and_tool_has_its_words():
    """What the stories record today reads as words."""
    names = [step.name for step in STEPS]
    nameless = [name for name in names if not (describe_done(name) and describe_doing(name))]
    nameless += [tool.name for tool in TOOLS if tool.name not in TOOL_WORDS]
    calls = tuple(ToolCall("1", tool.name, {"path": "a.py"}) for tool in TOOLS)
    (told,) = describe_step(step(1, "ask_model", turn(calls=calls, text="")))

    assert [] == nameless
    assert "_" not in told
    assert set(get_args(get_type_hints(Signal)["kind"])) == SIGNAL_WORDS.keys()


def test_a_question_and_what_comes_next_are_shown(show, journal):
    """The questions as a list, then what people can do."""
    outcome = Outcome(
        "asked",
        "I have questions.",
        next_step="Answer, then comment `/generate`.",
        questions=("Which `date`?", "Both?"),
    )
    journal.all[:] = [replace(RUN, state="asked", outcome=outcome)]
    page = show()

    assert ["Which date ?", "Both?"] == read_all(page, "main > ol > li")
    assert ["I have questions.", "Answer, then comment /generate ."] == read_all(page, ".line")


def test_what_a_refusal_says_of_itself_is_for_whoever_runs_the_bot(show, journal):
    """An end that is no failure may have a detail too."""
    outcome = Outcome("gave up", "Claude is unreachable.", detail="503: <b>overloaded</b>")
    journal.all[:] = [replace(RUN, state="gave up", outcome=outcome)]

    assert ["503: <b>overloaded</b>"] == read_all(show(), "pre.error")


def test_an_error_is_shown_to_whoever_runs_the_bot(show, journal):
    """What broke in full, apart from what people were told; of a step too."""
    outcome = Outcome("failed", "Something broke.")
    journal.all[:] = [replace(RUN, state="failed", outcome=outcome, error="in step push: Boom <b>")]
    journal.done.append(step(1, "push", None, "Unreachable: the connection was cut"))
    page = show()

    assert ["in step push: Boom <b>", "Unreachable: the connection was cut"] == read_all(
        page, "pre.error"
    )
    assert "For whoever runs the bot" in read_all(page, "summary")


def test_a_run_that_has_not_begun_has_no_steps(show, journal):
    """It says so."""
    journal.all[:] = [replace(RUN, state="queued", outcome=None)]

    assert ["None yet: it waits to begin."] == read_all(show(), ".steps > li")


@pytest.mark.parametrize(("path", "accept"), [("/runs.json", "*/*"), ("/", "application/json")])
def test_the_list_is_data_too(client, path, accept):
    """The same list as JSON, by name or by wish."""
    answer = client.get(path, headers={"accept": accept})

    assert "application/json" == answer.headers["content-type"]
    assert [(KEY, "opened", "ada")] == [
        (run["key"], run["state"], run["value"]["asker"]) for run in answer.json()
    ]


@pytest.mark.parametrize(("ending", "accept"), [(".json", "*/*"), ("", "application/json")])
def test_a_run_is_data_too(client, journal, ending, accept):
    """The same run as JSON, its steps whole."""
    journal.done.append(step(1, "diagnose", to_json(RED)))
    answer = client.get(f"/runs/{quote(KEY)}{ending}", headers={"accept": accept}).json()

    assert (KEY, [to_json(RED)]) == (answer["key"], [step["result"] for step in answer["steps"]])


@pytest.mark.parametrize("ending", ["", ".json"])
def test_an_unknown_run_is_not_found(client, ending):
    """A key that nobody has is 404, in words, under the same guards."""
    answer = client.get(f"/runs/%3Cscript%3E{ending}")

    assert 404 == answer.status_code
    assert "There is no such run" in answer.text
    assert "script" not in answer.text
    assert "content-security-policy" in answer.headers


def test_hostile_text_is_text(client, journal):
    """Markup in any field of a run or step is shown as characters; half a surrogate pair breaks
    nothing.
    """
    key = RunKey("x/" + EVIL.replace("\ud800", ""))
    asking = replace(ASKING, repo=Repo(EVIL), title=EVIL, asker=EVIL, words=EVIL)
    outcome = Outcome("failed", EVIL, 8, next_step=EVIL, questions=(EVIL,), detail=EVIL)
    journal.all[:] = [
        RunView(key, "solve_issue", EVIL, 0, 0, to_json(asking), outcome, EVIL, EVIL, EVIL)
    ]
    revised = (RevisedFile(EVIL, 1, 1, EVIL),)
    journal.end = PullEnd(8, EVIL, EVIL, False, EVIL, EVIL, revised, EVIL, EVIL)
    plan = Plan(EVIL, (PlannedFile(EVIL, EVIL),), (EVIL,), (EVIL,), (EVIL,))
    failure = Failure(EVIL, EVIL, EVIL, (Frame(EVIL, 3),), jobs=(EVIL,))
    red = Verdict("ours", Reading("crash", "fix", EVIL, (failure,), EVIL), {EVIL: 1}, EVIL)
    unread = Verdict("ours", Reading("crash", "fix", EVIL, (), EVIL), {EVIL: 1}, EVIL)
    diff = f"diff --git a/{EVIL} b/{EVIL}\n@@ {EVIL} @@\n+{EVIL}\n-{EVIL}\n"
    push = to_json(PushResult(Sha(EVIL), diff=diff))
    checks = Checks(Sha(EVIL), (Check(EVIL, "failed", EVIL, f"https://{EVIL}"),))
    records = [
        ("ask_model", turn(text=EVIL, calls=(ToolCall("1", EVIL, {EVIL: EVIL}),))),
        ("use_tools", to_json(TurnOutcome((ToolResult("1", EVIL, is_error=True),), plan=plan))),
        ("use_tools", to_json(TurnOutcome((), split=Split((Part(1, EVIL, EVIL),), EVIL)))),
        ("push", push),
        ("diagnose", to_json(red)),
        ("push", push),
        ("diagnose", to_json(unread)),
        ("fetch_checks", to_json(ChecksSnapshot(checks, 1.0))),
        ("wait", to_json(Signal("stop", EVIL, EVIL))),
    ]
    journal.done += [
        step(0, EVIL, {EVIL: EVIL, "list": [EVIL]}, EVIL),
        *(step(number, *record) for number, record in enumerate(records, 1)),
    ]

    for answer in (
        client.get("/"),
        client.get(f"/runs/{quote(key)}"),
    ):
        assert 200 == answer.status_code
        assert "<script" not in answer.text
        assert "<img" not in answer.text
    for path in ("/runs.json", f"/runs/{quote(key)}.json"):
        head = client.get(path).headers
        assert ("application/json", "nosniff") == (
            head["content-type"],
            head["x-content-type-options"],
        )


RECORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


TURN_FIELDS = st.fixed_dictionaries(
    {"turn": st.fixed_dictionaries({"calls": RECORDS, "spent": RECORDS})}
)


@pytest.mark.long
@given(st.sampled_from([step.name for step in STEPS] + ["wait", "slot", ""]), RECORDS | TURN_FIELDS)
def test_any_step_can_be_told(name, data):
    """A record of another version, with the name of a step of today, is at most told less well."""
    recorded = StepView(1, name, 0.0, 1.0, data)
    lines = describe_step(recorded)

    assert len(lines) <= 13
    assert all(len(line) <= 240 for line in lines)
    assert isinstance(name_step(recorded), str)
    assert isinstance(read_history([recorded]).usage, Usage)


@given(st.text())
def test_any_diff_can_be_split(text):
    """Whatever a record holds."""
    for file in parse_diff(f"{DIFF}{text}"):
        assert all(line for _, line in file.lines)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1, "0.0 s"),
        (0.44, "0.4 s"),
        (42.4, "42 s"),
        (125, "2 min 5 s"),
        (120, "2 min"),
        (7_500, "2 h 5 min"),
        (86_400, "1 d"),
        (270_000, "3 d 3 h"),
    ],
)
def test_durations_are_told_as_people_say_them(seconds, told):
    """From tenths of a second to days."""
    assert told == format_duration(seconds)


def test_times_and_amounts_are_told_where_they_are_known():
    """No date of 1970, and no $0.00."""
    assert ("not yet", "21 Sep 2026, 14:13 UTC") == (format_time(0), format_time(1_790_000_000))
    assert ("", "under $0.01", "$1.50") == tuple(map(format_usd, (0, 0.004, 1.5)))


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("a `b<c` d", "a <code>b&lt;c</code> d"),
        ("a `b", "a b"),
        ("[#8](https://x/8) **is** open &lt;b&gt;", "#8 is open &lt;b&gt;"),
        ("### Ended <!-- x -->now", "Ended now"),
    ],
)
def test_the_bots_markdown_is_read_as_a_person_reads_it(markdown, html):
    """Code is code; links, marks and hidden comments leave their text."""
    assert html == format_prose(markdown)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_page_changes_nothing(client, method):
    """There is nothing to send to it."""
    assert {405} == {
        client.request(method, path).status_code for path in ("/", "/runs", f"/runs/{quote(KEY)}")
    }


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8485"]
)
def test_a_strange_name_is_refused(client, host):
    """A stranger's web page whose name was pointed at loopback cannot read the record."""
    answer = client.get("/runs.json", headers={"host": host})

    assert 400 == answer.status_code
    assert "ada" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8485", "localhost", "[::1]:8485"])
def test_loopback_is_served(client, host):
    """The machine's own names are fine, with and without a port."""
    assert 200 == client.get("/", headers={"host": host}).status_code


def test_nothing_is_run_or_fetched(client):
    """No script, no style in the markup, nothing from elsewhere: the policy forbids it and the page
    has none.
    """
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert [] == re.findall(r"<script|<style|style=|\son\w+=|<img|<iframe|<form", answer.text)
    assert {"/style.css"} == set(re.findall(r'<link[^>]*href="([^"]*)"', answer.text))
    assert [] == re.findall(r"@import|url\(", client.get("/style.css").text)


@pytest.mark.parametrize("url", ["//x", "data:text/html,x", "JavaScript:x", ""])
def test_an_address_that_is_not_of_the_web_is_no_link(show, journal, url):
    """CI may name any address, and only those of the web are linked."""
    checks = Checks(Sha("a" * 40), (Check("test", "passed", "success", url),))
    journal.done += [
        step(1, "push", to_json(PushResult(Sha("a" * 40)))),
        step(2, "fetch_checks", to_json(ChecksSnapshot(checks, 1.0))),
    ]

    assert "test" not in [text for text, _ in list_links(show())]


@pytest.mark.parametrize("url", ["http://[", "HTTPS://ci.example/1", 'http://x/"><script>'])
def test_a_broken_address_of_the_web_breaks_nothing(show, journal, url):
    """It is the browser's to refuse; on the page it stays inside its link."""
    checks = Checks(Sha("a" * 40), (Check("test", "passed", "success", url),))
    journal.done += [
        step(1, "push", to_json(PushResult(Sha("a" * 40)))),
        step(2, "fetch_checks", to_json(ChecksSnapshot(checks, 1.0))),
    ]

    assert ("test", url) in list_links(show())


def test_secrets_of_the_process_are_masked(journal):
    """In pages and in JSON, whose form stays whole."""
    journal.done = [step(1, "ask", Turn("end", text="Use hush-1234-hush."), "no: hush-1234-hush")]
    page = create_page(journal, ["solve_issue"], hide=SecretValues(["hush-1234-hush"]).mask)
    client = TestClient(page, base_url="http://127.0.0.1:8485")
    texts = [client.get(f"/runs/{QUOTED_KEY}{end}").text for end in ("", ".json")]

    assert ["no: ***"] == [each["error"] for each in json.loads(texts[1])["steps"]]
    assert [] == [text for text in texts if "hush" in text]
