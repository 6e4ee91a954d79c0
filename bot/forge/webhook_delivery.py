"""Sign webhooks, deliver each App's in order, and keep the answers."""

from __future__ import annotations

import hmac
import http.client
import json
import time
import uuid
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from bot.forge.forge_records import AppRecord, InstallationRecord
from bot.forge.forge_state import ForgeState, Json, now
from bot.forge.serial_queue import SerialQueue

ANSWER_TIMEOUT_S = 10.0
# https://docs.github.com/en/webhooks/webhook-events-and-payloads: a larger payload is not sent.
LARGEST_BYTES = 25 * 1024 * 1024
CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One attempt to deliver. The status is 0 when no answer came; a redelivery keeps the GUID."""

    id: int
    guid: str
    event: str
    action: str | None
    payload: bytes = field(repr=False)
    app: int
    installation: int | None
    repository: int | None
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    delivered_at: str = ""
    duration_s: float = 0
    redelivery: bool = False
    answer: str = ""

    @property
    def status_text(self) -> str:
        """GitHub's word for the status."""
        if not self.status:
            return "failed to connect to host"
        return http.client.responses.get(self.status, "")


class WebhookSender:
    """Delivers webhooks to the addresses of the Apps."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._queues: dict[int, SerialQueue] = {}
        self.deliveries: list[WebhookDelivery] = []

    def send(
        self,
        app: AppRecord,
        event: str,
        payload: Json,
        installation: InstallationRecord | None = None,
    ) -> None:
        """Deliver soon, after what was sent before; nothing goes to an App without an address."""
        body = json.dumps(payload).encode()
        if not app.webhook_url or len(body) > LARGEST_BYTES:
            return
        action, repository = payload.get("action"), payload.get("repository")
        delivery = WebhookDelivery(
            id=self._state.make_id(),
            guid=str(uuid.uuid4()),
            event=event,
            action=action if isinstance(action, str) else None,
            payload=body,
            app=app.id,
            installation=installation.id if installation else None,
            repository=repository["id"] if isinstance(repository, dict) else None,
        )
        with self._state.lock:
            queue = self._queues.setdefault(app.id, SerialQueue(self._state))
        queue.add(lambda: self._deliver(delivery))

    def redeliver(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """Deliver once more, now, with the same GUID."""
        return self._deliver(replace(delivery, id=self._state.make_id(), redelivery=True))

    def _deliver(self, delivery: WebhookDelivery) -> WebhookDelivery:
        app = self._state.apps[delivery.app]
        body = _encode(app, delivery.payload)
        headers = _sign(app, delivery, body)
        started = time.monotonic()
        status, answer = _post(app.webhook_url, headers, body)
        delivery = replace(
            delivery,
            status=status,
            headers=headers,
            delivered_at=now(),
            duration_s=round(time.monotonic() - started, 3),
            answer=answer,
        )
        with self._state.lock:
            self.deliveries.append(delivery)
        return delivery


def _encode(app: AppRecord, payload: bytes) -> bytes:
    if app.webhook_content_type == "form":
        return urlencode({"payload": payload}).encode()
    return payload


def _sign(app: AppRecord, delivery: WebhookDelivery, body: bytes) -> dict[str, str]:
    secret = app.webhook_secret.encode()
    return {
        "Accept": "*/*",
        "Content-Type": CONTENT_TYPES[app.webhook_content_type],
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature": f"sha1={hmac.digest(secret, body, 'sha1').hex()}",
        "X-Hub-Signature-256": f"sha256={hmac.digest(secret, body, 'sha256').hex()}",
    }


def _post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    """Return the status and the answer's beginning; 0 when none came in time."""
    address = urlsplit(url)
    connections = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    make_connection = connections.get(address.scheme, http.client.HTTPConnection)
    connection = make_connection(address.hostname or "", address.port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("POST", address.path or "/", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(10_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
