"""How a conversation goes on: whatever it ended with, it stays one that the model's API takes."""

import asyncio
from dataclasses import replace

import pytest

from bot.run import to_json
from bot.steps.renew_request import Renewal
from bot.stories.resume import UNANSWERED, renew_conversation
from bot.stories.stops import Asks
from bot.values import (
    Ambiguity,
    Brief,
    ConversationStart,
    Finish,
    Issue,
    MutationProof,
    NamedCode,
    OpenFinish,
    Patch,
    Plan,
    PromptPrefix,
    Repo,
    Request,
    Resumption,
    RunKey,
    RunState,
    ToolCall,
    ToolResult,
    ToolResults,
    Tree,
    Turn,
    UserText,
)
from bot.values.resumed_state import after_resumption
from tests.stories.test_replay import Replay

ISSUE = Issue(7, "Greet", "It shouts.", "ada")
START = ConversationStart(PromptPrefix("system", ()), "the job", "go on with a call")
CALLS = (ToolCall("c1", "grep", {}), ToolCall("c2", "submit_plan", {}))
ASKED = Turn("tools", calls=CALLS)
STOPPED = Turn("end", text="All done!")
RESULTS = ToolResults((ToolResult("c0", "found"),))
FINISH = OpenFinish("c9", Finish("Greet softly", "", "Softer."), (ToolResult("c8", "done"),))
NEWS = "@ada asks for more."


def make_state(*conversation, **more):
    """A run that goes on from a conversation that ended so."""
    repo = Repo("acme/greeter")
    return RunState(
        RunKey("acme/greeter#7/2"),
        Request(repo, 7, "ada", "", "d"),
        issue=ISSUE,
        tree=Tree(repo, "a" * 40, "main"),
        start=START,
        conversation=(UserText("the job"), *conversation),
        plan=Plan("Greet in lower case."),
        patch=Patch({"greeting.py": "x = 1\n"}),
        resumption=Resumption("This goes on with #8.", goes_on=True),
        **more,
    )


class JobReplay(Replay):
    """It also keeps which prompts a conversation was opened with."""

    prompts = None

    async def __call__(self, step, /, *values, **named):
        if step.name == "open_conversation":
            self.prompts = values[-1]
        return await super().__call__(step, *values, **named)


def renew(state, news="", *, is_same_prompt=True, brief=None):
    """The state after the model is told what is new."""
    run = make_replay(state, news, is_same_prompt=is_same_prompt, brief=brief)
    return asyncio.run(renew_conversation(run, state, ISSUE))


def make_replay(state, news="", *, is_same_prompt=True, brief=None):
    renewal = Renewal(news, "look again", is_same_prompt, brief)
    again = replace(START, first_message="the job again")
    return JobReplay(
        state.key,
        [
            ("renew_request", {"ok": to_json(renewal)}),
            ("open_conversation", {"ok": to_json(again)}),
        ],
    )


@pytest.mark.parametrize(
    ("last", "news", "added"),
    [
        (RESULTS, "", ()),
        (RESULTS, NEWS, (UserText("look again"),)),
        (STOPPED, "", (UserText("go on with a call"),)),
        (STOPPED, NEWS, (UserText("look again"),)),
        (
            ASKED,
            "",
            (
                ToolResults(
                    (
                        ToolResult("c1", UNANSWERED, is_error=True),
                        ToolResult("c2", UNANSWERED, is_error=True),
                    )
                ),
            ),
        ),
        (
            ASKED,
            NEWS,
            (
                ToolResults(
                    (
                        ToolResult("c1", UNANSWERED, is_error=True),
                        ToolResult("c2", NEWS, is_error=True),
                    )
                ),
            ),
        ),
    ],
)
def test_every_end_of_a_conversation_is_gone_on_from(last, news, added):
    """Open calls are answered, all of them; who stopped is nudged; our words come last."""
    state = make_state(last)

    assert (*state.conversation, *added) == renew(state, news).conversation


def test_open_finish_is_answered_with_the_news():
    """Behind the results of its turn's other calls, and the work goes on."""
    state = make_state(Turn("tools"), open_finish=FINISH)
    renewed = renew(state, NEWS)

    assert renewed.open_finish is None
    assert (
        ToolResults((ToolResult("c8", "done"), ToolResult("c9", NEWS, is_error=True)))
        == renewed.conversation[-1]
    )


def test_without_news_an_open_finish_stays_open():
    """The work is done, and only CI has something to say."""
    state = make_state(Turn("tools"), open_finish=FINISH)

    assert state == renew(state)


def test_plan_that_asked_is_made_anew():
    """Once its questions are answered it is another plan; until then nothing may be edited."""
    asks = Plan("Unsure.", questions=("Which greeting?",))

    assert renew(replace(make_state(ASKED), plan=asks), NEWS).plan is None
    assert renew(make_state(ASKED), NEWS).plan is not None


def test_other_prompt_begins_another_conversation_on_the_same_work():
    """The changes are kept; the plan is made anew, and nothing of the old conversation is sent."""
    state = make_state(Turn("tools"), open_finish=FINISH)
    renewed = renew(state, NEWS, is_same_prompt=False)

    assert (UserText("the job again"), UserText("look again")) == renewed.conversation
    assert (state.patch, None, None) == (renewed.patch, renewed.plan, renewed.open_finish)


@pytest.mark.parametrize(
    ("command", "job"), [("retry", "begin"), ("document", "begin_document"), ("test", "begin_test")]
)
def test_other_prompt_names_the_same_job(command, job):
    """What `/document` and `/test` asked for is not the issue."""
    state = make_state(Turn("tools"))
    state = replace(state, request=replace(state.request, command=command))
    run = make_replay(state, is_same_prompt=False)
    asyncio.run(renew_conversation(run, state, ISSUE))

    assert [job] == list(run.prompts)


def test_what_new_tests_proved_is_kept_for_them_alone():
    """A change that was asked for since is another."""
    earlier = replace(make_state(), mutation_proof=MutationProof("hash"))
    more = RunState(earlier.key, earlier.request)
    again = replace(more, request=replace(more.request, command="test"))

    assert after_resumption(earlier, more, "").mutation_proof is None
    assert after_resumption(earlier, again, "").mutation_proof is not None


def test_a_pull_request_of_a_command_never_closes_the_issue():
    """Not where more was asked for since, either."""
    asked = RunState(make_state().key, make_state().request)
    documented = replace(make_state(), named=NamedCode("greeting.py", 1, 2))

    assert not after_resumption(documented, asked, "").solves_issue
    assert after_resumption(make_state(), asked, "").solves_issue
    assert not replace(asked, request=replace(asked.request, command="test")).solves_issue


def test_brief_goes_on_once_its_questions_are_settled():
    """Until then people are asked again, and the model is not."""
    asked = Ambiguity("Which greeting?", "Hello", matters=True)
    brief = Brief("feature", ambiguities=(asked,))
    settled = Brief("feature", ambiguities=(replace(asked, settled="default"),))
    state = replace(make_state(ASKED), brief=brief)
    with pytest.raises(Asks) as still:
        renew(state, brief=brief)

    assert ("1: Which greeting?\nDefault: Hello",) == still.value.outcome.questions
    assert settled == renew(state, NEWS, brief=settled).brief
    assert renew(state, NEWS).brief is None  # it was too vague, and is made anew
