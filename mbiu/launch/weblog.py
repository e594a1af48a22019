"""gunicorn's log without addresses of pages: those of the hooks hold a secret."""

from typing import Any

from gunicorn.glogging import Logger


class Log(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """As gunicorn's own, but what a client sent is not repeated."""

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Error handling request"):
            msg, args = "unhandled exception in a request", ()
        super().exception(msg, *args, **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Invalid request from"):
            msg, args = "malformed request refused", ()
        super().warning(msg, *args, **kwargs)
