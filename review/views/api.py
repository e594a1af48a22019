"""The same for programs: incidents and reports as JSON, described by an OpenAPI document.

A session of the console opens it; areas and roles count as on the pages.
"""

import datetime as dt
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from mbiu import __version__, audit, verification
from mbiu.models import Incident, Report
from mbiu.refs import normal_ref
from mbiu.refusals import NotFound
from review import queue
from review.doors import Permission, actor, door, scoped
from review.reports import reading_of

pages = Blueprint("api", __name__, url_prefix="/api/v1")
MOST = 200


class IncidentOut(BaseModel):
    """An event as it stands."""

    model_config = ConfigDict(from_attributes=True)

    ref: str
    state: str
    priority: str
    event_type: str
    other_types: list[str]
    drivers: list[str]
    severity: str
    urgency: str
    certainty: str
    grade_source: str
    grade_information: int
    numbers: dict[str, Any] = Field(description="low, best and high of killed, injured and so on")
    missing: list[str]
    place_id: str | None
    area_path: str
    country: str | None
    lat: float | None
    lon: float | None
    precision: str
    radius_km: float | None
    occurred_from: dt.datetime | None
    occurred_to: dt.datetime | None
    reports: int
    sources: int = Field(description="independent reporters; copies count once")
    version: int
    exercise: bool
    due_at: dt.datetime
    created_at: dt.datetime
    updated_at: dt.datetime
    verified_at: dt.datetime | None
    closed_at: dt.datetime | None


class IncidentDetail(IncidentOut):
    """An event with the references of its reports."""

    report_refs: list[str]


class IncidentPage(BaseModel):
    """Some incidents; ``next`` is what to pass as ``after`` for those that follow."""

    incidents: list[IncidentOut]
    next: str | None


class ReportOut(BaseModel):
    """One reporter's account with the machine's reading. No words of the reporter."""

    ref: str
    state: str
    incident: str | None
    language: str | None
    created_at: dt.datetime
    exercise: bool
    reading: dict[str, Any] | None


class Problem(BaseModel):
    """Why there is no answer."""

    error: str
    detail: str


@pages.get("/incidents")
@door(Permission.SEE)
def incidents() -> ResponseReturnValue:
    """Incidents in the order of the queue, narrowed by state, type, area and priority."""
    size = _size(request.args.get("limit", "50"))
    chosen = queue.Filters.from_query(request.args)
    with scoped() as db:
        rows, further = queue.select_page(db, chosen, request.args.get("after", ""), size)
        found = [IncidentOut.model_validate(row) for row in rows]
    return IncidentPage(incidents=found, next=further).model_dump(mode="json")


@pages.get("/incidents/<ref>")
@door(Permission.SEE)
def incident(ref: str) -> ResponseReturnValue:
    """One incident. That it was looked at is recorded."""
    with scoped() as db:
        row = verification.find(db, normal_ref(ref))
        refs = list(
            db.scalars(select(Report.ref).where(Report.incident_id == row.id).order_by(Report.created_at))
        )
        audit.append(db, actor(), "incident.viewed", f"incident:{row.ref}", by="api")
        fields = IncidentOut.model_validate(row).model_dump()
    return IncidentDetail(**fields, report_refs=refs).model_dump(mode="json")


@pages.get("/reports/<ref>")
@door(Permission.SEE)
def report(ref: str) -> ResponseReturnValue:
    """One report. The evidence in its reading holds the words it rests on, so looking is recorded."""
    with scoped() as db:
        row, joined = _report(db, normal_ref(ref))
        reading = reading_of(row)
        audit.append(db, actor(), "report.viewed", f"report:{row.ref}", by="api")
    return ReportOut(
        ref=row.ref,
        state=row.state,
        incident=joined,
        language=row.language,
        created_at=row.created_at,
        exercise=row.exercise,
        reading=reading.to_json() if reading else None,
    ).model_dump(mode="json")


def _report(db: Session, ref: str) -> tuple[Report, str | None]:
    query = select(Report, Incident.ref).outerjoin(Incident, Incident.id == Report.incident_id)
    row = db.execute(query.where(Report.ref == ref)).one_or_none()
    if row is None:
        raise NotFound(f"There is no report {ref}.")
    return row.Report, row.ref


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
        raise BadRequest
    return int(text)


@pages.get("/openapi.json")
@door(Permission.ACCOUNT)
def openapi() -> ResponseReturnValue:
    """The description of this interface (OpenAPI 3.1)."""
    return document()


_MODELS: tuple[type[BaseModel], ...] = (IncidentOut, IncidentDetail, IncidentPage, ReportOut, Problem)


def document() -> dict[str, Any]:
    """The OpenAPI document, made from the models that the answers are made with."""
    schemas: dict[str, Any] = {}
    for model in _MODELS:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mbiu", "version": __version__},
        "paths": {
            "/api/v1/incidents": _operation(incidents, IncidentPage, _narrowing()),
            "/api/v1/incidents/{ref}": _operation(incident, IncidentDetail, [_REF]),
            "/api/v1/reports/{ref}": _operation(report, ReportOut, [_REF]),
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "mbiu"}},
        },
        "security": [{"session": []}],
    }


_REF = {"name": "ref", "in": "path", "required": True, "schema": {"type": "string"}}


def _narrowing() -> list[dict[str, Any]]:
    texts = [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in ("state", "type", "area", "priority", "after")
    ]
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST}}
    return [*texts, limit]


def _operation(view: Any, model: type[BaseModel], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    def answer(schema: str, words: str) -> dict[str, Any]:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        return {"description": words, "content": content}

    return {
        "get": {
            "operationId": view.__name__,
            "summary": view.__doc__,
            "parameters": parameters,
            "responses": {
                "200": answer(model.__name__, "Found"),
                "401": answer("Problem", "Not logged in"),
                "404": answer("Problem", "Nothing of that reference in your areas"),
            },
        }
    }
