"""The App as GitHub knows it, and the webhooks that it missed."""

from __future__ import annotations

from bot.adapters.github.app_api import AppInstallation, AppRegistration, HookConfig, HookDelivery
from bot.adapters.github.github_app import GitHubApp
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


def test_missed_deliveries_are_found_and_asked_for_again(
    github: ScriptedGitHub, key: object, make: object
):
    """Of each delivery that no attempt brought through, the newest attempt; older ones than asked
    for are left.
    """
    app = make(clock=lambda: 1_780_272_010.0)  # type: ignore[operator] # 2026-06-01T00:00:10Z
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
    missed = app.list_missed_deliveries(6)
    app.redeliver(missed[0].id)

    assert [7, 8] == [delivery.id for delivery in missed]
    assert "v1_4" == github.calls_to(path)[1].query["cursor"]
    assert 1 == len(github.calls_to("POST /app/hook/deliveries/7/attempts"))


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
