"""Here lives the courier: it signs webhooks, delivers each App's in order, and keeps what became of
them.
"""

from __future__ import annotations

import hmac
import http.client
import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bot.forge.forge_records import AppRecord, InstallationRecord
from bot.forge.forge_state import ForgeState, Json, now

ANSWER_WITHIN_S = 10.0
# https://docs.github.com/en/webhooks/webhook-events-and-payloads: a larger payload is not sent at
# all.
LARGEST = 25 * 1024 * 1024


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
    def word(self) -> str:
        """What GitHub calls the status."""
        return (
            http.client.responses.get(self.status, "")
            if self.status
            else "failed to connect to host"
        )


class SerialQueue:
    """Does what it is given one after the other, in a thread that lives as long as there is work."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], object]] = deque()
        self._runs = False

    def do(self, work: Callable[[], object]) -> None:
        self._state.busy()
        with self._lock:
            self._waiting.append(work)
            if self._runs:
                return
            self._runs = True
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._runs = False
                    return
                work = self._waiting.popleft()
            try:
                work()
            finally:
                self._state.done()


class WebhookSender:
    """Delivers webhooks to where the Apps want them."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._lanes: dict[int, SerialQueue] = {}
        self.deliveries: list[WebhookDelivery] = []

    def send(
        self,
        app: AppRecord,
        event: str,
        payload: Json,
        installation: InstallationRecord | None = None,
    ) -> None:
        """Deliver soon, after what was given before. An App without an address is told nothing."""
        body = json.dumps(payload).encode()
        if not app.hook or len(body) > LARGEST:
            return
        action, repo = payload.get("action"), payload.get("repository")
        parcel = WebhookDelivery(
            id=self._state.new_id(),
            guid=str(uuid.uuid4()),
            event=event,
            action=action if isinstance(action, str) else None,
            payload=body,
            app=app.id,
            installation=installation.id if installation else None,
            repository=repo["id"] if isinstance(repo, dict) else None,
        )
        with self._state.lock:
            lane = self._lanes.setdefault(app.id, SerialQueue(self._state))
        lane.do(lambda: self._deliver(parcel))

    def again(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """Deliver once more, now, with the same GUID."""
        return self._deliver(delivery, redelivery=True)

    def _deliver(self, parcel: WebhookDelivery, *, redelivery: bool = False) -> WebhookDelivery:
        app = self._state.apps[parcel.app]
        headers = _headers(app, parcel)
        began = time.monotonic()
        status, answer = _post(app.hook, headers, parcel.payload)
        attempt = replace(
            parcel,
            id=self._state.new_id() if redelivery else parcel.id,
            status=status,
            headers=headers,
            delivered_at=now(),
            duration_s=round(time.monotonic() - began, 3),
            redelivery=redelivery,
            answer=answer,
        )
        with self._state.lock:
            self.deliveries.append(attempt)
        return attempt


def _headers(app: AppRecord, parcel: WebhookDelivery) -> dict[str, str]:
    secret = app.webhook_secret.encode()
    return {
        "Accept": "*/*",
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Delivery": parcel.guid,
        "X-GitHub-Event": parcel.event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature": f"sha1={hmac.digest(secret, parcel.payload, 'sha1').hex()}",
        "X-Hub-Signature-256": f"sha256={hmac.digest(secret, parcel.payload, 'sha256').hex()}",
    }


def _post(url: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    """The status and the answer's beginning; 0 when none came in time."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("POST", address.path or "/", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(10_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
