"""Traces reach a collector, whole and without a secret; one that is away harms nothing."""

import logging
import time
from contextlib import contextmanager, suppress

import pytest

from bot.adapters.opentelemetry.otlp_traces import (
    BATCH_SPANS,
    LIMIT_CHARS,
    LIMIT_SPANS,
    OtlpTraces,
    open_traces,
)
from bot.adapters.opentelemetry.watched_exporter import WatchedExporter
from bot.adapters.traced_sandbox import TracedSandbox
from bot.cli.monitoring import build_traces
from bot.log_fields import call_with_fields, log_fields, read_log_fields
from bot.ports import NoSandbox, Refusal, TraceSpan, Unreachable
from bot.settings import ServerSettings
from bot.text import SecretValues
from bot.values import Branch, Patch, Repo, SandboxJob, SandboxResult, Sha, Tree
from tests.otlp_receiver import collecting

SECRET = "a secret of no known shape"
KEY, DELIVERY = "o/r#7/1", "guid"


@contextmanager
def tracing(headers=None):
    """Traces, and the collector that has them all after the block."""
    with collecting() as collector:
        traces = open_traces(collector.url, headers or {}, "work", SecretValues([SECRET]).mask)
        yield traces, collector
        traces.close()


@contextmanager
def a_run(traces, key=KEY, delivery=DELIVERY):
    with log_fields(run=key, delivery=delivery, **traces.name_run(key, delivery)):
        yield


def test_spans_are_parts_of_each_other_across_threads():
    """The fields of the log say of which; outside of a run nothing is kept."""
    with tracing() as (traces, collector):
        with traces.span("nothing"):
            pass
        with a_run(traces), traces.span("push"):
            fields = read_log_fields()
            call_with_fields(fields, lambda: traces.keep(TraceSpan("git push"), time.time()))
        traces.keep(TraceSpan("nothing"), time.time())
    child, parent = collector.spans
    run = traces.name_run(KEY, DELIVERY)

    assert ("git push", "push") == (child.name, parent.name)
    assert (parent.id, run["span_id"]) == (child.parent, parent.parent)
    assert {run["trace_id"]} == {child.trace, parent.trace}
    assert parent.began <= child.began <= child.ended <= parent.ended
    assert fields["span_id"] == parent.id


def test_a_run_is_named_alike_in_each_process():
    """What one delivery began is one trace, in which each run has its own span."""
    with tracing() as (traces, _), tracing() as (others, _):
        begun = traces.name_run("command/guid", DELIVERY)

        assert begun == others.name_run("command/guid", DELIVERY)
        assert begun["trace_id"] == traces.name_run(KEY, DELIVERY)["trace_id"]
        assert begun["span_id"] != traces.name_run(KEY, DELIVERY)["span_id"]
        assert begun["trace_id"] != traces.name_run(KEY)["trace_id"]
        assert (32, 16) == (len(begun["trace_id"]), len(begun["span_id"]))


def test_a_run_is_below_the_one_that_started_it():
    """Where both are of one delivery; else it is the root of its trace."""
    with tracing() as (traces, collector):
        for delivery, started_by in (
            (DELIVERY, "command/guid@1"),
            (DELIVERY, "guid"),
            ("", "o/r#6/1@2"),
        ):
            with a_run(traces, delivery=delivery):
                traces.keep_run(TraceSpan("solve_issue"), 1_800_000_000.5, started_by)
    parents = [span.parent for span in collector.spans]

    assert [traces.name_run("command/guid")["span_id"], "", ""] == parents
    assert 1_800_000_000_500_000_000 == collector.spans[0].began


def test_attributes_say_what_it_was_and_how_it_failed():
    """Run and delivery stand in each span, and who sends beside all."""
    with (
        tracing() as (traces, collector),
        a_run(traces),
        suppress(Unreachable),
        traces.span("chat", "client", {"n": 1}) as span,
    ):
        span.attributes |= {"usd": 0.5, "reasons": ("end",)}
        raise Unreachable("no answer", "Claude")
    [span] = collector.spans

    assert {
        "n": 1,
        "usd": 0.5,
        "reasons": ["end"],
        "greenlit.run": KEY,
        "greenlit.delivery": DELIVERY,
        "error.type": "Unreachable",
    } == span.attributes
    assert span.is_error
    assert 3 == span.kind  # a client, by OpenTelemetry's numbers
    assert ("greenlit", "work") == (
        span.resource["service.name"],
        span.resource["greenlit.part"],
    )


def test_no_secret_leaves_and_nothing_at_length():
    """The text of an error is not even looked at."""
    with (
        tracing({"x-api-key": "key"}) as (traces, collector),
        a_run(traces),
        suppress(ValueError),
        traces.span(SECRET) as span,
    ):
        span.attributes |= {"text": f"{SECRET} " + "x" * 1000, "list": (SECRET,)}
        raise ValueError(SECRET)
    [span] = collector.spans

    assert SECRET.encode() not in collector.bodies[0]
    assert LIMIT_CHARS == len(str(span.attributes["text"]))
    assert "key" == collector.headers[0]["x-api-key"]


def test_a_collector_that_is_away_costs_a_line(caplog):
    """Spans are kept up to a limit, nobody waits, and the log says it once; and that it is back."""
    with collecting() as collector:
        collector.status = 503
        exporter = WatchedExporter(collector.url, {}, timeout_s=0.2)
        traces = OtlpTraces(exporter, {})
        caplog.set_level(logging.INFO, "bot")
        with a_run(traces):
            for _ in range(2 * LIMIT_SPANS):
                traces.keep(TraceSpan("step"), time.time())
            while not collector.refused:
                time.sleep(0.05)
            collector.status = 200
            traces.keep(TraceSpan("last"), time.time())
            collector.wait_for("last")
        traces.close()

    assert LIMIT_SPANS // 2 < len(collector.spans) < LIMIT_SPANS + 2 * BATCH_SPANS
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert ["traces do not reach", "traces reach the co"] == [
        record.getMessage()[:19] for record in ours
    ]


def test_headers_go_to_no_other_host():
    """A redirect is not followed."""
    with collecting() as other, collecting() as collector:
        collector.redirect = f"{other.url}/v1/traces"
        collector.status = 307
        exporter = WatchedExporter(f"{collector.url}/v1/traces", {"x-api-key": "key"}, 0.2)
        traces = OtlpTraces(exporter, {})
        with a_run(traces):
            traces.keep(TraceSpan("step"), time.time())
        traces.close()

    assert [] == other.headers


def test_without_a_collector_nothing_of_it_is_imported():
    """Where there is one, and the packages are not, it is said what to install."""

    def import_nothing(name):
        raise ImportError(name)

    secrets = SecretValues([])
    off, on = ServerSettings(), ServerSettings(otlp_url="http://127.0.0.1:4318")
    traces = build_traces(off, secrets, "serve", import_nothing)
    with traces.span("push"):
        traces.keep(TraceSpan("git push"), time.time())
    traces.keep_run(TraceSpan("solve_issue"), time.time(), "")
    traces.close()

    assert {} == traces.name_run(KEY, DELIVERY)
    with pytest.raises(Refusal, match=r"pip install 'greenlit\[traces\]'"):
        build_traces(on, secrets, "serve", import_nothing)


def test_a_collector_that_answers_nothing_holds_up_no_end(caplog):
    """What is not sent a second and a half after the end is lost."""
    with collecting() as collector:
        collector.status = 503
        traces = open_traces(collector.url, {}, "work", str)
        with a_run(traces):
            traces.keep(TraceSpan("step"), time.time())
        while not collector.refused:
            time.sleep(0.02)
        traces.close()

    assert [] == collector.spans
    assert "traces do not reach" in caplog.text


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (SandboxResult(exit_code=1, took_s=2.0), ""),
        (SandboxResult(limit_hit="It took too long.", took_s=2.0), "limit"),
        (SandboxResult(obstacle="No pip is there."), "obstacle"),
    ],
)
def test_a_job_in_the_sandbox_is_a_span_without_its_commands(result, error):
    """How long its commands took is apart from what it waited for."""

    class Sandbox(NoSandbox):
        def run(self, job):
            return result

    tree = Tree(Repo("o/r"), Sha("0" * 40), Branch("main"))
    job = SandboxJob(tree, Patch(), ("make secret-target",), "o/r#7/1")
    with tracing() as (traces, collector), a_run(traces):
        assert result is TracedSandbox(Sandbox(), traces).run(job)
    [span] = collector.spans

    assert ("sandbox job", bool(error)) == (span.name, span.is_error)
    assert (result.took_s, result.exit_code) == (
        span.attributes["greenlit.sandbox.command_s"],
        span.attributes.get("process.exit.code"),
    )
    assert b"secret-target" not in collector.bodies[0]
