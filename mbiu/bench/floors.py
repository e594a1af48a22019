"""The same work in the plainest designs: what Mbiu is measured beside.

*naive* is Flask, one ORM insert, one commit and one Celery task a request, and one task a row that
selects and updates it. *raw* is a bare WSGI function with one psycopg insert and one commit.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import psycopg
from celery import Celery
from flask import Flask, Response, request
from sqlalchemy import create_engine, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

_URL = os.environ.get("MBIU_DATABASE_OWNER_URL", "")

TABLE = """
CREATE TABLE floor (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text UNIQUE NOT NULL,
    sender text NOT NULL, body text NOT NULL, done boolean NOT NULL DEFAULT false)
"""


class _Base(DeclarativeBase):
    pass


class Floor(_Base):
    __tablename__ = "floor"

    id: Mapped[int] = mapped_column(primary_key=True)
    sid: Mapped[str]
    sender: Mapped[str]
    body: Mapped[str]
    done: Mapped[bool]


celery = Celery("floor", broker=os.environ.get("MBIU_REDIS_URL", ""))
celery.conf.update(
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_default_queue="floor",
    worker_prefetch_multiplier=1,
)
_engines: dict[int, Any] = {}


def _engine() -> Any:
    return _engines.setdefault(
        os.getpid(), create_engine(_URL.replace("postgresql://", "postgresql+psycopg://", 1), pool_size=5)
    )


@celery.task(name="floor.handle")
def handle(row_id: int) -> None:
    """One task, one row: one select, one update."""
    with Session(_engine()) as session, session.begin():
        session.execute(select(Floor).where(Floor.id == row_id)).scalar_one()
        session.execute(update(Floor).where(Floor.id == row_id).values(done=True))


def naive() -> Flask:
    """The naive intake."""
    app = Flask("naive")

    @app.post("/hooks/twilio/messages")
    def messages() -> Response:
        row = Floor(
            sid=request.form["MessageSid"],
            sender=request.form["From"],
            body=request.form["Body"],
            done=False,
        )
        with Session(_engine()) as session, session.begin():
            session.add(row)
            session.flush()
            row_id = row.id
        handle.delay(row_id)
        return Response("<Response/>", mimetype="text/xml")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


_links = threading.local()
_INSERT = "INSERT INTO floor (sid, sender, body) VALUES (%s, %s, %s)"


def raw(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The raw intake: no framework, no ORM, no task."""
    if environ["REQUEST_METHOD"] == "POST":
        form = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
        if not hasattr(_links, "link"):
            _links.link = psycopg.connect(_URL)
        _links.link.execute(_INSERT, (form["MessageSid"][0], form["From"][0], form["Body"][0]))
        _links.link.commit()
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", "11")])
    return [b"<Response/>"]
