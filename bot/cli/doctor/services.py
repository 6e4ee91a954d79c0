"""Look at what the bot talks to: GitHub as its App, Claude, and a model of meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from ipaddress import ip_address
from urllib.parse import urlsplit

import yaml

from bot.adapters.embeddings import open_embedder
from bot.adapters.github.app_api import AppInstallation, AppRegistration
from bot.adapters.github.hook_deliveries import HookDelivery
from bot.assembly import build_github, build_model
from bot.cli.doctor.diagnosis import Diagnosis, make_healthy
from bot.cli.monitoring import find_collector_trouble
from bot.ports import Refusal, Unreachable
from bot.settings import GitHubSettings, SettingsReport
from bot.values import AllowList

RANKS = ("none", "read", "write", "admin")
CONTENT_TYPES = {"json": "sent as JSON", "form": "sent as a form, which is fine too"}


def check_app(report: SettingsReport) -> Iterator[Diagnosis]:
    """Compare what GitHub says of the App with deploy/app.yml."""
    settings = report.github
    if settings is None or report.has_wrong("github_api_url"):
        text = "not asked, for want of the settings marked above."
        yield Diagnosis("GitHub App", text, state="note")
        return
    try:
        app = build_github(settings).fetch_registration()
    except Refusal as refused:  # its words say what to look at
        yield Diagnosis("GitHub App", str(refused))
    except Unreachable as gone:
        fix = (
            f"Is {settings.github_api_url} right (GREENLIT_GITHUB_API_URL), and reached from here?"
        )
        yield Diagnosis("GitHub App", f"{str(gone).rstrip('.')}.", fix)
    else:
        yield make_healthy("GitHub App", f"{app.slug}, id {settings.app_id}")
        yield from _check_registration(settings, app)


def check_claude(report: SettingsReport) -> Diagnosis:
    """Check that Claude takes the key, and knows the model."""
    if report.model is None or report.has_wrong("anthropic_url"):
        text = "not asked, for want of the settings marked above."
        return Diagnosis("Claude", text, state="note")
    try:
        model, state = build_model(report.model).fetch_lifecycle()
    except Refusal as refused:
        return Diagnosis("Claude", str(refused))
    except Unreachable as gone:
        fix = "Is it reached from here? GREENLIT_ANTHROPIC_URL sets another address."
        return Diagnosis("Claude", str(gone), fix)
    if report.has_wrong("model", "prices"):
        return make_healthy("Claude", "takes the key; no model was looked up")
    return _judge_model(model, state)


def check_embeddings(report: SettingsReport) -> Iterator[Diagnosis]:
    """Check that the model of meaning answers, where one is set."""
    if report.search is None or report.has_wrong("embeddings", "embeddings_model"):
        return
    embedder = open_embedder(*report.search.embeddings_source)
    if embedder is None:
        return
    try:
        embedder.embed(["def total(items): return sum(items)"])
    except Unreachable as gone:
        fix = "Until it answers, code is found by words alone."
        yield Diagnosis("Embeddings", str(gone), fix, "odd")
    else:
        yield make_healthy("Embeddings", embedder.name)


def check_collector(report: SettingsReport) -> Iterator[Diagnosis]:
    """Check that the collector of traces takes some, where one is set."""
    url, _ = report.server.collector
    if not url or report.has_wrong("otlp_headers"):
        return
    try:
        trouble = find_collector_trouble(report.server)
    except Refusal as refused:
        yield Diagnosis("Traces", f"{refused}.")
        return
    if trouble:
        fix = "Until it takes them, spans are lost and runs go on. Are it and its headers right?"
        yield Diagnosis("Traces", f"{trouble}.", fix, "odd")
    else:
        yield make_healthy("Traces", "the collector takes them")


def _judge_model(model: str, state: str) -> Diagnosis:
    match state:
        case "active":
            return make_healthy("Claude", f"takes the key and knows {model}")
        case "deprecated":
            fix = "Choose a newer GREENLIT_MODEL soon."
            return Diagnosis("Claude", f"{model} is deprecated.", fix, "odd")
        case _:
            fix = "Set GREENLIT_MODEL to one that it may use."
            return Diagnosis("Claude", f"{model} is {state} to this key.", fix)


def _check_registration(settings: GitHubSettings, app: AppRegistration) -> Iterator[Diagnosis]:
    wanted = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    yield _check_permissions("Permissions", wanted["default_permissions"], app.permissions)
    yield _check_events(wanted["default_events"], app.events)
    yield _check_webhook(settings, app)
    if not app.installations:
        fix = f"Install it on a repository: {settings.github_url}/apps/{app.slug}"
        yield Diagnosis("Installed", "nowhere.", fix)
    for installation in app.installations:
        if AllowList(settings.allow).allows_owner(installation.account):
            yield _check_installation(installation, wanted["default_permissions"])
        else:
            yield _explain_outsider(settings, app, installation)
    if app.failed:
        yield _check_deliveries(app.failed)


def _check_permissions(
    what: str, wanted: Mapping[str, str], granted: Mapping[str, str], where: str = ""
) -> Diagnosis:
    lacking = [
        f"{name}: {level}"
        for name, level in wanted.items()
        if RANKS.index(granted.get(name, "none")) < RANKS.index(level)
    ]
    if not lacking:
        return make_healthy(what, where or f"all {len(wanted)} of deploy/app.yml")
    if where:
        return Diagnosis(
            what,
            f"{where}, lacks {', '.join(lacking)}.",
            "Its owner must accept the App's new permissions.",
        )
    return Diagnosis(
        what,
        f"lacks {', '.join(lacking)}.",
        "Give them to the App: its settings, Permissions & events.",
    )


def _check_events(wanted: list[str], subscribed: tuple[str, ...]) -> Diagnosis:
    lacking = ", ".join(sorted(set(wanted) - set(subscribed)))
    if not lacking:
        return make_healthy("Events", f"all {len(wanted)} of deploy/app.yml")
    return Diagnosis(
        "Events",
        f"lacks {lacking}.",
        "Subscribe the App to them: its settings, Permissions & events.",
    )


def _check_webhook(settings: GitHubSettings, app: AppRegistration) -> Diagnosis:
    hook = app.hook
    if urlsplit(hook.url).path != "/github":
        fix = (
            "Set the App's webhook URL to where the world reaches this machine, with the path "
            "/github."
        )
        return Diagnosis("Webhook", f"{hook.url or 'has no URL'}.", fix)
    if _is_loopback(hook.url) and not _is_loopback(settings.github_url):
        fix = "Set the App's webhook URL to an address that the world reaches."
        return Diagnosis("Webhook", f"{hook.url} is this machine's own to GitHub.", fix)
    if not hook.secret:
        fix = "Set the App's webhook secret to what GREENLIT_WEBHOOK_SECRET is here."
        return Diagnosis("Webhook", f"{hook.url}, without a secret: all it brings is refused.", fix)
    if hook.url.startswith("https:") and not hook.checks_certificates:
        fix = "Turn on SSL verification in the App's settings, under Webhook."
        text = f"{hook.url}: GitHub does not check who answers there."
        return Diagnosis("Webhook", text, fix, "odd")
    how = CONTENT_TYPES.get(hook.content_type, f"sent as {hook.content_type}")
    return make_healthy("Webhook", f"{hook.url}, with a secret, {how}")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_installation(installed: AppInstallation, wanted: Mapping[str, str]) -> Diagnosis:
    if installed.suspended:
        return Diagnosis(
            "Installed",
            f"at {installed.account}, but suspended.",
            "Its owner can undo that: Applications.",
        )
    return _check_permissions("Installed", wanted, installed.permissions, f"at {installed.account}")


def _explain_outsider(
    settings: GitHubSettings, app: AppRegistration, installed: AppInstallation
) -> Diagnosis:
    text = f"at {installed.account}, which is not in GREENLIT_ALLOW: what happens there is ignored."
    fix = (
        "Add it, or make the App private, so that nobody else installs it: "
        f"{settings.github_url}/settings/apps/{app.slug}/advanced"
    )
    return Diagnosis("Installed", text, fix, "odd")


def _check_deliveries(failed: tuple[HookDelivery, ...]) -> Diagnosis:
    newest = failed[0]
    text = (
        f"{len(failed)} of the newest hundred did not arrive; "
        f"last {newest.name} at {newest.delivered_at}: {newest.status}."
    )
    unsigned = "Set GREENLIT_WEBHOOK_SECRET to the App's own secret."
    fix = (
        unsigned
        if "401" in newest.status
        else "Is the webhook URL reached from outside, and the bot serving?"
    )
    return Diagnosis("Deliveries", text, f"{fix} While it serves, it asks for them again.", "odd")
