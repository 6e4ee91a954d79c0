"""The page: runs and their steps as the record holds them, readable, escaped, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.run import RunView, StepView, to_json
from bot.stories.recorded_steps import STEPS
from bot.values import (
    Check,
    Checks,
    Failure,
    Finish,
    Frame,
    InstallationId,
    Outcome,
    Patch,
    Plan,
    PlannedFile,
    PullRequest,
    PushResult,
    Reading,
    Repo,
    Request,
    RunKey,
    RunState,
    Sha,
    Signal,
    Subject,
    ToolCall,
    ToolResult,
    Turn,
    Usage,
    Verdict,
)
from bot.web.page.routes import create_page
from bot.web.page.run_views import render_lines, sum_usage, summarize_step

KEY = RunKey("ada/engine#7/1")
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
    Outcome("opened", "PR #8 is open.", 8),
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
TURN_LINE = 'read_file("app/main.py") · grep("report", "") | $0.0123, 10000 tokens in (90 % cached), 50 out | “Let me look.”'
PLAN = Plan(
    "Answer at once.", (PlannedFile("app/main.py", "a queue"),), ("test_report",), ("none",)
)
RED = Verdict(
    "ours",
    Reading("test-failure", "fix", "pytest", (Failure("NameError", "path", "test_a"),)),
    {"test": 3},
)
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e\ud800'


@dataclass
class Kept:
    """A journal of what the test writes into it."""

    all: list[RunView] = field(default_factory=list)
    done: list[StepView] = field(default_factory=list)

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


@pytest.fixture
def journal() -> Kept:
    """A record with one run."""
    return Kept([RUN])


@pytest.fixture
def client(journal: Kept) -> TestClient:
    """A client of the page."""
    return TestClient(create_page(journal, ["solve_issue"]), base_url="http://127.0.0.1:8485")


def step(number: int, name: str, result: object, error: str = "") -> StepView:
    """A step of a second and a half."""
    return StepView(number, name, 1_790_000_000, 1_790_000_001.5, result, error)


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_runs_are_listed(client):
    """The list shows each run's state, subject, title, asker, length and time, with a link to its
    steps.
    """
    html = client.get("/").text

    assert 'href="/runs/ada/engine%237/1"' in html
    assert "Slow &lt;b&gt;report&lt;/b&gt;" in html
    assert "opened ada/engine#7/1 Slow" in words(html)
    assert "for ada 42.50 s · 2026-09-21" in words(html)


def test_the_handling_of_comments_is_no_run(client, journal):
    """What handles a label or a comment is an event of a request: only what solves is listed."""
    hearing = replace(RUN, key=RunKey("command/1"), story="handle_command", value=None)
    journal.all.append(hearing)
    html = client.get("/").text

    assert (False, True) == ("command/1" in html, "ada/engine#7/1" in html)
    assert ["ada/engine#7/1"] == [run["key"] for run in client.get("/runs.json").json()]


def test_a_new_bot_says_that_there_are_no_runs_yet(client, journal):
    """An empty list says so, and what starts a run."""
    journal.all.clear()

    assert "No runs yet. Label an issue" in words(client.get("/").text)


def test_a_run_is_its_steps(client, journal):
    """A run's page has the outcome, the cost, and each step with its length and what came of it."""
    journal.done += [
        step(1, "ask_model", {"turn": to_json(TURN), "took_s": 1.5}),
        step(2, "diagnose", to_json(RED)),
        step(3, "push", None, "Unreachable: the connection was cut"),
    ]
    said = words(client.get(f"/runs/{quote(KEY)}").text)

    assert "PR #8 is open." in said
    assert "$0.01 for 50 tokens out" in said
    assert "1 ask_model 1.50 s" in said
    assert "read_file(&#34;app/main.py&#34;) · grep(&#34;report&#34;, &#34;&#34;)" in said
    assert "2 diagnose" in said
    assert "test_a NameError: path" in said
    assert "Unreachable: the connection was cut" in said


def test_a_run_that_is_not_over(client, journal):
    """A step that runs has no length yet, and a run without outcome shows its state and error."""
    journal.all[:] = [replace(RUN, state="running", outcome=None, error="Boom")]
    journal.done.append(replace(step(1, "ask_model", None), ended=0.0))
    said = words(client.get(f"/runs/{quote(KEY)}").text)

    assert "running" in said
    assert "1 ask_model under way" in said
    assert "Boom" in said


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


def test_an_unknown_run_is_not_found(client):
    """A key that nobody has is 404, under the same guards."""
    answer = client.get("/runs/%3Cscript%3E")

    assert 404 == answer.status_code
    assert "script" not in answer.text
    assert "content-security-policy" in answer.headers


def test_hostile_text_is_text(client, journal):
    """Markup in any field of a run or step is shown as characters; half a surrogate pair breaks
    nothing.
    """
    key = RunKey("x/" + EVIL.replace("\ud800", ""))
    asking = replace(ASKING, title=EVIL, asker=EVIL, words=EVIL)
    journal.all[:] = [
        RunView(key, "solve_issue", EVIL, 0, 0, to_json(asking), Outcome("failed", EVIL), EVIL)
    ]
    journal.done += [
        step(1, EVIL, {EVIL: EVIL, "list": [EVIL]}, EVIL),
        step(
            2,
            "ask_model",
            {"turn": to_json(replace(TURN, text=EVIL, calls=(ToolCall("1", EVIL, {EVIL: EVIL}),)))},
        ),
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


@pytest.mark.long
@given(RECORDS)
def test_any_record_can_be_shown(data):
    """Whatever JSON a record holds, it is at most sixty-one short lines and has a price."""
    lines = render_lines(data)

    assert len(lines) <= 61
    assert all(len(line) <= 240 for line in lines)
    assert isinstance(sum_usage(data), Usage)


TURN_FIELDS = st.fixed_dictionaries(
    {"turn": st.fixed_dictionaries({"calls": RECORDS, "spent": RECORDS})}
)


@pytest.mark.long
@given(st.sampled_from([step.name for step in STEPS]), RECORDS | TURN_FIELDS)
def test_any_step_can_be_told(name, data):
    """A record of another version, with the name of a step of today, is at most told less well."""
    summary = summarize_step(StepView(1, name, 0.0, 1.0, data))

    assert all(len(line) <= 240 for line in summary)


def test_a_step_that_only_keeps_house_is_one_quiet_row(client, journal):
    """It opens to all that is recorded; the story of the run stands out."""
    journal.done += [step(1, "report", 1040), step(2, "push", to_json(PushResult(Sha("b" * 40))))]
    html = client.get(f"/runs/{quote(KEY)}").text

    assert '<li class="quiet" id="step-1"><details><summary class="row">' in html
    assert '<li id="step-2"><div class="row">' in html
    assert "bbbbbbb to its own branch" in html


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
    assert [] == re.findall(r"<script|<style|style=|\son\w+=|https?://", answer.text)
    assert [] == re.findall(r"@import|url\(", client.get("/style.css").text)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"turn": to_json(TURN), "took_s": 1.5},
            (
                TURN_LINE,
                "took_s: 1.5",
            ),
        ),
        (
            to_json(Turn("refused", why="the model would not")),
            ("the model would not | $0.0000, 0 tokens in (0 % cached), 0 out",),
        ),
        (
            {
                "answers": [
                    to_json(ToolResult("1", "edited\napp.py")),
                    to_json(ToolResult("2", "no such file", is_error=True)),
                ]
            },
            ("✓ edited app.py", "✗ no such file"),
        ),
        (
            {"plan": to_json(PLAN)},
            (
                "summary: Answer at once.",
                "app/main.py: a queue",
                "tests: test_report",
                "risks: none",
            ),
        ),
        (
            {
                "checks": to_json(
                    Checks(
                        Sha("a" * 40), (Check("test", "failed", "failure"), Check("lint", "passed"))
                    )
                )
            },
            (f"sha: {'a' * 40}", "failed: test failure", "passed: lint"),
        ),
        (to_json(RED), ("ours: test-failure, so fix", "test_a NameError: path")),
        (
            to_json(
                Reading("lint", "fix", "", (Failure("E501", "long", frames=(Frame("a.py", 3),)),))
            ),
            ("lint, so fix", "E501: long at a.py:3"),
        ),
        (
            to_json(Finish("Add a queue", "…", "It queues.")),
            ("finished: Add a queue", "It queues."),
        ),
        (to_json(Patch({"a.py": "x"})), ("changes a.py",)),
        (
            to_json(PushResult(Sha("b" * 40), is_ours=False)),
            ("somebody else moved it to bbbbbbbbbb",),
        ),
        (
            to_json(PullRequest(8, "https://github.com/ada/engine/pull/8", draft=False)),
            ("#8 https://github.com/ada/engine/pull/8",),
        ),
        (to_json(Signal("stop", "@ada said so", "ada")), ("stop @ada said so ada",)),
        (list(range(70)), (*map(str, range(60)), "… 10 more lines")),
    ],
)
def test_records_are_told_in_lines(data, expected):
    """A turn, a plan, what CI said and what was done are told in words; other values field by
    field.
    """
    assert expected == render_lines(json.loads(json.dumps(data)))
