"""One trace shows a whole run, also where its process died in the middle; and so do its logs."""

from __future__ import annotations

import json

import pytest

from tests.crash.test_crash import ended, killable
from tests.otlp_receiver import collecting
from tests.stage import BEGIN, END, FILES, GOOD, REPO, WORKFLOW, script

KEY = f"{REPO}#1/1"
COLLECTOR_KEY = "the-collectors-own-key"
HELD = "until [ -e $HOME/go ]; do sleep 0.05; done; python test_greeting.py"
TREE = FILES | {
    ".github/workflows/ci.yml": WORKFLOW.format(on="push").replace("python test_greeting.py", HELD)
}
# Of people, of the model, of the code; and of the branch, which the title names.
WORDS = ("quietly", "It shouts", "lower case", "too loud", "greeting.py", "Hello")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_that_is_killed_has_one_trace(tmp_path, checked):
    """From the webhook to the pull request: each step once, below its run, with what it asked;
    the log names the trace. No secret and no word of people is in it.
    """
    with collecting() as collector:
        told = {
            "otlp_url": collector.url,
            "otlp_headers": f"x-api-key={COLLECTOR_KEY}",
            "log_format": "json",
            "log_level": "DEBUG",
        }
        with killable(tmp_path, checked, script(*BEGIN, [GOOD], END), TREE, **told) as on:
            run_and_kill(on, collector)
            steps = list(dict.fromkeys(on.steps()))
            secrets = [COLLECTOR_KEY, on.keys.webhook_secret, "the-double-takes-any"]
            secrets += on.forge.state.tokens
        entries = [json.loads(line) for line in on.bot.log.read_text().splitlines()]
    [run] = [span for span in collector.spans if span.name == "solve_issue"]
    judge_tree([span for span in collector.spans if span.trace == run.trace], run)
    judge_attributes(collector.spans)
    judge_log(entries, run)
    sent = b"".join(collector.bodies)

    assert [] == [text for text in (*secrets, *WORDS) if text.encode() in sent]
    assert [] == [secret for secret in secrets if secret in json.dumps(entries)]
    assert COLLECTOR_KEY == collector.headers[0]["x-api-key"]
    assert "open_pull" in steps


def run_and_kill(on, collector):
    """A run whose process is killed while CI holds it up."""
    issue = on.forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
    on.forge.add_label(REPO, issue, "autogen", "ada")
    collector.wait_for("fetch_checks")
    on.kill()
    collector.wait_for("wait for ci")
    (on.home / "go").touch()
    ended(on)
    collector.wait_for("solve_issue")


def judge_tree(spans, run):
    """Which span is part of which."""
    by_id = {span.id: span for span in spans}
    [command] = [span for span in spans if span.name == "handle_command"]
    [webhook] = [span for span in spans if span.name == "POST /github"]
    steps = [span for span in spans if span.parent == run.id]
    children = [span for span in spans if span.parent in by_id]
    pairs = {(by_id[span.parent].name, span.name) for span in children}

    assert len(spans) == len(by_id)
    assert [command] == [span for span in spans if not span.parent]
    # Only the step that the process died in, if there was one, was never sent.
    assert len({span.parent for span in spans} - {"", *by_id}) <= 1
    assert [command.id, command.id] == [webhook.parent, run.parent]
    assert 2 == len({span.resource["service.instance.id"] for span in steps})
    for name in ("checkout", "push", "open_pull"):  # before the kill, and behind it
        assert 1 == len([span for span in steps if span.name == name]), name
    assert pairs >= {
        ("solve_issue", "wait for ci"),
        ("checkout", "git fetch"),
        ("ask_model", "chat claude-opus-5-5"),
        ("open_pull", "POST /repos/{}/{}/pulls"),
        ("handle_command", "acknowledge"),
    }
    assert run.began <= min(span.began for span in steps)
    assert max(span.ended for span in steps) <= run.ended


def judge_attributes(spans):
    """What stands in some of them."""
    by_name = {span.name: span.attributes for span in spans}
    run, chat, pull = (
        by_name[name] for name in ("solve_issue", "chat claude-opus-5-5", "POST /repos/{}/{}/pulls")
    )

    assert ("acme", "greeter", "opened", "2", KEY) == tuple(
        run[name]
        for name in (
            "vcs.owner.name",
            "vcs.repository.name",
            "greenlit.outcome",
            "vcs.change.id",
            "greenlit.run",
        )
    )
    assert run["greenlit.usd"] > chat["greenlit.usd"] > 0
    assert chat["gen_ai.usage.input_tokens"] >= chat["gen_ai.usage.cache_read.input_tokens"] > 0
    assert ("anthropic", ["tools"]) == (
        chat["gen_ai.provider.name"],
        chat["gen_ai.response.finish_reasons"],
    )
    assert ("POST", 201) == (pull["http.request.method"], pull["http.response.status_code"])


def judge_log(entries, run):
    """Each line of the run names it, its delivery and its trace; a line of a step its span too."""
    ours = [entry for entry in entries if entry["logger"] == "bot.run"]
    pushed = [entry for entry in ours if entry["event"] == "pushed"]

    assert {(KEY, run.trace, run.attributes["greenlit.delivery"])} == {
        (entry["run"], entry["trace_id"], entry["delivery"]) for entry in pushed
    }
    assert [] == [entry for entry in ours if not {"run", "delivery", "trace_id"} <= entry.keys()]
    started = [entry for entry in entries if "started" in str(entry.get("decided"))]
    woken = [entry for entry in entries if "told" in str(entry.get("decided"))]
    assert [] == [entry for entry in started if not {"run", "delivery", "trace_id"} <= entry.keys()]
    assert [] == [entry for entry in woken if not {"run", "delivery"} <= entry.keys()]
    assert started
