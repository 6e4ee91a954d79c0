"""The App as GitHub knows it, and the webhooks that it missed."""

from __future__ import annotations

import pytest

from bot.adapters.github.app_api import AppInstallation, AppRegistration, HookConfig
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.hook_deliveries import HookDelivery
from tests.adapters.github.scripted_github import Reply, ScriptedGitHub


def test_doctor_tells_how_the_app_is_registered(github: ScriptedGitHub, app: GitHubApp):
    """What the App asks for, what each installation grants, where webhooks go and which did not
    arrive.
    """
    there = {
        "id": 1,
        "account": {"login": "o"},
        "target_type": "User",
        "permissions": {"issues": "read"},
        "events": [],
        "suspended_at": None,
    }
    github.on("GET /app/installations", Reply(data=[there]))
    github.on(
        "GET /app/hook/config",
        Reply(
            data={
                "url": "https://bot.example/github",
                "content_type": "form",
                "insecure_ssl": 1,
                "secret": None,
            }
        ),
    )
    github.on(
        "GET /app/hook/deliveries",
        Reply(data=[delivery(2, "b", "timed out"), delivery(1, "a", "OK")]),
    )

    assert (
        AppRegistration(
            "greenlit",
            github.granted,
            ("issues",),
            HookConfig(url="https://bot.example/github", content_type="form", insecure_ssl=1),
            (AppInstallation(1, "o", {"issues": "read"}, suspended=False),),
            (HookDelivery(2, "b", "issues", "labeled", "2026-06-01T00:00:02Z", "timed out"),),
        )
        == app.fetch_registration()
    )


def test_app_without_a_webhook_is_told(github: ScriptedGitHub, app: GitHubApp):
    """GitHub answers 404 for the webhook that an App does not have; an enterprise has no login."""
    installation = {
        "id": 1,
        "account": {"slug": "e"},
        "target_type": "Enterprise",
        "permissions": {},
        "events": [],
        "suspended_at": "2026-06-01T00:00:00Z",
    }
    github.on("GET /app/installations", Reply(data=[installation]))
    github.on("GET /app/hook/config", Reply(404, {"message": "Not Found"}))
    github.on("GET /app/hook/deliveries", Reply(404, {"message": "Not Found"}))
    registration = app.fetch_registration()

    assert (HookConfig(), ()) == (registration.hook, registration.failed)
    assert (AppInstallation(1, "", {}, suspended=True),) == registration.installations


def test_missed_deliveries_are_found_and_asked_for_again(github: ScriptedGitHub, app: GitHubApp):
    """Of each delivery that no attempt brought through, the newest attempt; older ones than asked
    for are left.
    """
    path = "GET /app/hook/deliveries"
    link = {"Link": f'<{github.api_url}/app/hook/deliveries?per_page=100&cursor=v1_4>; rel="next"'}
    github.on(
        path,
        Reply(
            data=[delivery(9, "a", "OK"), delivery(8, "b", "Invalid HTTP Response: 502")],
            headers=link,
        ),
        Reply(
            data=[
                delivery(7, "c", "timed out"),
                delivery(6, "a", "x"),
                delivery(5, "b", "x"),
                delivery(1, "d", "x"),
            ]
        ),
    )
    github.on("POST /app/hook/deliveries/7/attempts", Reply(202, {}))
    deliveries = app.fetch_deliveries(1_780_272_004.0)  # 2026-06-01T00:00:04Z
    app.redeliver(deliveries.lost[0].id)

    assert [7, 8] == [delivery.id for delivery in deliveries.lost]
    assert (frozenset("a"), 1_780_272_009.0) == (deliveries.arrived, deliveries.until)
    assert "v1_4" == github.calls_to(path)[1].query["cursor"]
    assert 1 == len(github.calls_to("POST /app/hook/deliveries/7/attempts"))


def test_no_more_pages_are_read_than_a_look_may(
    github: ScriptedGitHub, app: GitHubApp, caplog: pytest.LogCaptureFixture
):
    """Where more webhooks came than that, the newest are read, and it is told."""
    link = {"Link": f'<{github.api_url}/app/hook/deliveries?per_page=100&cursor=v1_4>; rel="next"'}
    page = [delivery(9, f"guid {number}", "OK") for number in range(100)]
    github.on("GET /app/hook/deliveries", Reply(data=page, headers=link))
    deliveries = app.fetch_deliveries(0, most_pages=1)

    assert 100 == len(deliveries.arrived)
    assert "GitHub lists more webhooks than are read" in caplog.text
    assert 1 == len(github.calls_to("GET /app/hook/deliveries"))


def delivery(number: int, guid: str, status: str) -> dict[str, object]:
    return {
        "id": number,
        "guid": guid,
        "event": "issues",
        "action": "labeled",
        "delivered_at": f"2026-06-01T00:00:{number:02}Z",
        "status": status,
        "status_code": 200 if status == "OK" else 0,
    }
