"""Whether the console is alive."""

from flask import Blueprint

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> dict[str, str]:
    """For supervisors: the process answers. Says nothing about the database."""
    return {"status": "ok"}
