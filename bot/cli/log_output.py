"""Write the operator's log to standard error: lines of text, or an object of JSON a line."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.log_fields import read_log_fields
from bot.text import mask_secrets
from bot.text.terminal_text import strip_control

log = logging.getLogger(__name__)

OURS = ("bot", "greenlit", "handlers")
# urllib3 warns of each try of a request, and OpenTelemetry of each of sending; what came of it is
# told by who asked.
LIBRARY_LEVELS = {"urllib3": logging.ERROR, "opentelemetry": logging.CRITICAL}
# These libraries bring handlers of their own, which would write a line twice.
LOGGERS_WITH_HANDLERS = ("dbos", "github", "uvicorn", "uvicorn.error", "uvicorn.access")


def configure_log(level: str, form: str, mask_own: Callable[[str], str] = str) -> None:
    """Write all logging of this process in one form; of libraries only what is wrong.

    `mask_own` takes out the secrets of this process, beside all that has the shape of one.
    """
    handler = logging.StreamHandler()
    handler.addFilter(_add_fields)

    def hide(text: str) -> str:
        return mask_secrets(mask_own(text))

    handler.setFormatter(JsonLines(hide) if form == "json" else TextLines(hide))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_death
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name, library_level in LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(library_level)
    for name in LOGGERS_WITH_HANDLERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [logging.NullHandler()], True
        logger.setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    """Lines for people: time, level, run, what happened, delivery."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, and below it the traceback where there is one."""
        fields = _read_fields(record)
        run, delivery = fields.get("run", ""), fields.get("delivery", "")
        # Indented, so that no text of a stranger looks like a line of ours.
        message = strip_control(record.getMessage()).strip().replace("\n", "\n    ")
        parts = [
            f"{_time_of(record):%Y-%m-%dT%H:%M:%SZ}",
            f"{record.levelname:7}",
            run,
            message,
            f"[delivery {delivery}]" if delivery else "",
        ]
        line = " ".join(part for part in parts if part)
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return self._hide(line)


class JsonLines(logging.Formatter):
    """Objects for programs: time, level, logger, event, message, run, delivery, and details."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """Write one object, on one line."""
        entry: dict[str, Any] = {
            "time": _time_of(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": getattr(record, "event", ""),
            "message": record.getMessage(),
            **_read_fields(record),
            **getattr(record, "details", {}),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        filled = {name: value for name, value in entry.items() if value not in ("", None)}
        return json.dumps(self._hide_in(filled))

    def _hide_in(self, value: Any) -> Any:
        match value:
            case str():
                return self._hide(value)
            case dict():
                return {name: self._hide_in(part) for name, part in value.items()}
            case list() | tuple():
                return [self._hide_in(part) for part in value]
            case _:
                return value


def _add_fields(record: logging.LogRecord) -> bool:
    """Take the fields of the thread or task that logs, where the record has none of its own."""
    record.fields = {**read_log_fields(), **getattr(record, "fields", {})}
    return True


def _log_death(death: threading.ExceptHookArgs) -> None:
    """Log that a thread died; Python would print its traceback past the log, with its secrets."""
    error = death.exc_value
    if error is not None and not isinstance(error, SystemExit):
        name = death.thread.name if death.thread else "gone"
        log.error("the thread %s died", name, exc_info=error)


def _read_fields(record: logging.LogRecord) -> Mapping[str, str]:
    fields: Mapping[str, str] = getattr(record, "fields", {})
    return fields


def _time_of(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
