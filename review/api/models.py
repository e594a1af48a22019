"""The shapes of questions and answers. What a caller may not know is null."""

import datetime as dt
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mbiu.codes import AlertState, EventType, IncidentState, Priority, ReportState

MOST = 200
#: Signs that the database refuses.
CLEAN = r"^[^\x00]*$"
PATH = r"^/([a-z0-9][\w.-]*/)*$"


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class _Query(BaseModel):
    """A word that is not known is refused: a filter that is misspelt must not open everything."""

    model_config = ConfigDict(extra="forbid")

    after: str = Field("", max_length=600, description="`next` of an earlier page")
    limit: int = Field(50, ge=1, le=MOST)


class IncidentQuery(_Query):
    state: IncidentState | Literal["waiting", "all"] | None = Field(
        None,
        description="none: `waiting`, for callers without the scope `all` and with `updated_since`: `all`",
    )
    type: EventType | None = None
    area: str | None = Field(None, pattern=PATH, max_length=200, description="only within this area's path")
    priority: Priority | None = None
    exercise: bool | None = Field(None, description="true: only drills; false: none")
    updated_since: AwareDatetime | None = Field(
        None, description="those that changed since, the oldest change first; not in the order of the queue"
    )


class Count(BaseModel):
    """How many: at least, most likely, at most."""

    low: int
    best: int | None
    high: int


class IncidentOut(BaseModel):
    """An event as it stands. Without the scope `all` much is rounded or null."""

    model_config = ConfigDict(from_attributes=True)

    ref: str
    state: str
    event_type: str
    other_types: list[str]
    severity: str
    urgency: str
    certainty: str
    numbers: dict[str, Count] = Field(description="killed, injured, displaced, abducted, livestock")
    area_path: str = Field(description="ids from the country down; see /areas")
    lat: float | None
    lon: float | None
    radius_km: float | None
    occurred_from: dt.datetime | None
    occurred_to: dt.datetime | None
    several_sources: bool = Field(description="whether independent reporters tell of it")
    exercise: bool
    priority: str | None = None
    drivers: list[str] | None = None
    grade_source: str | None = None
    grade_information: int | None = None
    missing: list[str] | None = None
    place_id: str | None = None
    country: str | None = None
    precision: str | None = None
    reports: int | None = None
    sources: int | None = Field(None, description="independent reporters; copies count once")
    version: int | None = None
    due_at: dt.datetime | None = None
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    verified_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None


class IncidentDetail(IncidentOut):
    """An event with what belongs to it, as far as the scopes go."""

    report_refs: list[str] = Field(description="with the scopes `reports` and `all`")
    alert_refs: list[str] = Field(description="with the scope `alerts`")
    merged_into: str | None = Field(description="the incident that this one became a part of")


class Page(BaseModel):
    """``next`` is what to pass as ``after``; with ``more`` at once, else when asking again later."""

    next: str | None
    more: bool


class IncidentPage(Page):
    incidents: list[IncidentOut]


class ReportQuery(_Query):
    incident: str = Field("", max_length=20, description="only those of this incident")
    state: ReportState | None = None
    type: EventType | None = None
    area: str | None = Field(None, pattern=PATH, max_length=200, description="only within this area's path")
    exercise: bool | None = None
    received_since: AwareDatetime | None = Field(None, description="empty: the last seven days")


class ReportOut(BaseModel):
    """One reporter's account. Never a number, a name or an address."""

    ref: str
    state: str
    incident: str | None
    event_type: str
    severity: str
    urgency: str
    area_path: str
    lat: float | None
    lon: float | None
    language: str | None
    independent: bool = Field(description="whether it is a source of its own in its incident")
    unconfirmed: bool = Field(description="the sender may be another than the number says")
    withdrawn: bool
    exercise: bool
    created_at: dt.datetime
    sender: str | None = Field(description="the code name, with the scope `contacts:codes`")
    words: str | None = Field(description="with the scope `reports:words`; numbers in them are masked")
    reading: dict[str, Any] | None = Field(description="the machine's, with the scope `reports:words`")


class ReportPage(Page):
    reports: list[ReportOut]


class AreaQuery(_Query):
    parent: str = Field(
        "", pattern=CLEAN, max_length=80, description="only those directly in this area (its id)"
    )
    level: int | None = Field(None, ge=0, le=6)
    name: str = Field("", pattern=CLEAN, max_length=60, description="names that begin so")


class AreaOut(BaseModel):
    """An administrative unit."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    level: int
    type_local: str = Field(description="what such units are called there")
    country: str
    parent_id: str | None
    path: str
    pcode: str | None
    lat: float | None
    lon: float | None
    population: int | None


class AreaPage(Page):
    areas: list[AreaOut]


class AlertQuery(_Query):
    state: AlertState | None = None
    exercise: bool | None = None
    updated_since: AwareDatetime | None = Field(
        None, description="alerts that were sent, acknowledged or ended since"
    )


class Recipient(BaseModel):
    """Somebody who was alerted, by code name."""

    code: str
    organisation: str
    state: str
    answer: str | None


class AlertOut(BaseModel):
    """What went out about an incident, and what came back."""

    ref: str
    incident: str
    state: str
    unverified: bool = Field(description="a warning to mediators, before the incident was decided")
    exercise: bool
    step: int = Field(description="how far the escalation went")
    created_at: dt.datetime
    acknowledged_at: dt.datetime | None
    ended_at: dt.datetime | None
    deliveries: dict[str, int] = Field(description="how many are in which state")
    answers: dict[str, int] = Field(description="how many people said what last")
    recipients: list[Recipient] | None = Field(description="with the scope `contacts:codes`")


class AlertPage(Page):
    alerts: list[AlertOut]


class FeedQuery(_Query):
    """Which part of the feed of CAP messages."""
