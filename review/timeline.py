"""One timeline of everything that happened with an incident, made of what was loaded: no queries here."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from mbiu import vault
from mbiu.codes import Answer, JoiningState, Verdict
from review.alerts import AlertCard, Sending
from review.material import Account, Material, Said
from review.outcomes import in_words, note_of
from review.past import Past
from review.talks import KINDS
from review.values import ALIASES, name_of, parsed, readable
from review.words import label

#: Corrections of one form are one step, although each report keeps its own.
_AT_ONCE = dt.timedelta(seconds=5)
#: What the rows of other tables tell better than the record of the house.
_TOLD_ELSEWHERE = frozenset(
    {
        "incident.corrected",
        "incident.noted",
        "incident.outcome",
        "incident.outcome_corrected",
        *(f"incident.{one.value}" for one in Verdict),
        "alert.sent",
        "alert.viewed",
        *(f"alert.{one.value}" for one in Answer),
    }
)
#: The kinds of steps by which the timeline can be narrowed.
KINDS_OF_STEPS = {
    "report": lazy_gettext("Reports"),
    "talk": lazy_gettext("Conversation"),
    "fact": lazy_gettext("Facts"),
    "decision": lazy_gettext("Decisions"),
    "note": lazy_gettext("Notes"),
    "alert": lazy_gettext("Alerts"),
}


@dataclass(frozen=True)
class Change:
    """A fact before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    """One thing that happened. ``words`` are somebody's own; ``key`` marks the turning points."""

    at: dt.datetime
    kind: str
    text: str
    by: str = ""
    words: str = ""
    state: str = ""
    changes: list[Change] = field(default_factory=list)
    link: str = ""
    key: bool = False


@dataclass(frozen=True)
class Remark:
    """A note as it stands on the page."""

    id: UUID
    words: str
    by: str
    at: dt.datetime


def notes(material: Material, past: Past) -> list[Remark]:
    """The remarks of analysts, the newest first."""
    found = [
        Remark(
            row.id, vault.unseal("note", "text", row.id, row.text), material.name(row.user_id), row.created_at
        )
        for row in past.notes
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def steps(material: Material, past: Past, alerts: Iterable[AlertCard]) -> list[Step]:
    """Everything that happened, newest first."""
    found = [
        *(step for account in material.accounts for step in _report(account)),
        *_joined(material, past),
        *_corrected(material, past),
        *_decided(material, past),
        *_noted(material, past),
        *_recorded(past),
        *(step for alert in alerts for step in _alerted(alert)),
        *_ended(material, past),
    ]
    return sorted(found, key=lambda step: step.at, reverse=True)


# --- reports and what was said ---------------------------------------------------------------------


def _report(account: Account) -> Iterator[Step]:
    report, code = account.report, account.contact.code
    yield Step(
        report.created_at, "report", _("Report %(ref)s", ref=report.ref), code, link=report.ref, key=True
    )
    if report.read_at:
        read = ", ".join(filter(None, (label(report.event_type), _severity(report))))
        yield Step(report.read_at, "report", _("%(ref)s was read: %(what)s", ref=report.ref, what=read))
    if report.withdrawn_at:
        yield Step(report.withdrawn_at, "report", _("%(ref)s was taken back", ref=report.ref), code, key=True)
    first = next((one.row.id for one in account.said if one.row.direction == "in"), None)
    for one in account.said:
        if one.row.id != first:
            yield _message(one, account)


def _severity(report: Any) -> str:
    return "" if report.severity == "unknown" else label(report.severity)


def _message(said: Said, account: Account) -> Step:
    code, delivery = account.contact.code, said.delivery
    if said.row.direction == "in":
        text = _("Another message with %(ref)s", ref=account.report.ref)
        return Step(said.row.created_at, "talk", text, code, said.text, link=f"talk-{code}")
    kind = KINDS.get(delivery.kind, delivery.kind) if delivery else _("Message")
    text = _("%(what)s to %(code)s", what=kind, code=code)
    at = (delivery and delivery.sent_at) or said.row.created_at
    state = delivery.state.value if delivery else ""
    words = "" if delivery and delivery.kind == "reply" else said.text
    return Step(at, "talk", text, words=words, state=state, link=f"talk-{code}")


# --- what became of it ------------------------------------------------------------------------------


def _joined(material: Material, past: Past) -> Iterator[Step]:
    for one in past.joinings:
        row: Any = one.Joining
        here = row.incident_id == material.row.id
        if row.state is not JoiningState.PROPOSED and here:
            chance = "" if row.same_event is None else f" · {round(100 * row.same_event)} %"
            text = _("%(ref)s was joined", ref=one.ref) + chance
            by = material.name(row.made_by) or _("the machine")
            yield Step(row.created_at, "report", text, by, ", ".join(row.why), link=one.ref)
        if row.undone_at:
            text = (
                _("%(ref)s was taken out", ref=one.ref) if here else _("%(ref)s was kept apart", ref=one.ref)
            )
            yield Step(row.undone_at, "report", text, material.name(row.undone_by))


def _corrected(material: Material, past: Past) -> Iterator[Step]:
    """Before and after of each form, once, however many reports keep it."""
    groups: list[tuple[Any, dict[str, Change]]] = []
    for one in past.corrections:
        row, change = one.Correction, _change(one.Correction, past)
        last = groups[-1] if groups else None
        together = last and last[0].user_id == row.user_id and last[0].created_at - row.created_at < _AT_ONCE
        if last is None or not together:
            groups.append((row, {}))
        groups[-1][1].setdefault(row.field, change)
    for row, changes in groups:
        yield Step(
            row.created_at, "fact", _("Corrected"), material.name(row.user_id), changes=list(changes.values())
        )


def put_right(material: Material, past: Past) -> dict[str, str]:
    """Which facts a person has put right, by the names of evidence, and who did so last."""
    found: dict[str, str] = {}
    for one in past.corrections:
        row: Any = one.Correction
        for name in _fields(row) if row.field == "numbers" else [ALIASES.get(row.field, row.field)]:
            found.setdefault(name, material.name(row.user_id))
    return found


def _fields(row: Any) -> list[str]:
    """The numbers that a correction changed."""
    before, after = (_kept(row, side) for side in ("before", "after"))
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return []
    return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def _kept(row: Any, side: str) -> Any:
    return parsed(vault.unseal("correction", side, row.id, getattr(row, side)))


def _change(row: Any, past: Past) -> Change:
    before, after = (readable(row.field, _kept(row, side), past.places) for side in ("before", "after"))
    return Change(name_of(row.field), before, after)


def _decided(material: Material, past: Past) -> Iterator[Step]:
    for one in past.decisions:
        row: Any = one.Decision
        here = row.incident_id == material.row.id
        grade = f" · {row.grade_source}{row.grade_information}" if row.grade_source else ""
        text = label(row.verdict) if here else f"{one.ref}: {label(row.verdict).lower()}"
        reason = vault.unseal("decision", "reason", row.id, row.reason)
        yield Step(row.created_at, "decision", text + grade, material.name(row.user_id), reason, key=here)


def _noted(material: Material, past: Past) -> Iterator[Step]:
    for row in past.notes:
        words = vault.unseal("note", "text", row.id, row.text)
        yield Step(row.created_at, "note", _("Note"), material.name(row.user_id), words, link=f"n-{row.id}")


def _ended(material: Material, past: Past) -> Iterator[Step]:
    for row in past.outcomes:
        text = f"{in_words(row.done)} · {label(f'effect_{row.effect}')}"
        yield Step(row.created_at, "decision", text, material.name(row.user_id), note_of(row), key=True)


def _recorded(past: Past) -> Iterator[Step]:
    """What only the record of the house knows: claims, splits, escalations, what a rumour was found to be."""
    for entry in past.entries:
        if entry.action in _TOLD_ELSEWHERE:
            continue
        subject, _dot, verb = entry.action.partition(".")
        kind = "alert" if subject == "alert" else "decision"
        name = entry.object.partition(":")[2]
        whose = f" · {entry.details['contact']}" if entry.details.get("contact") else ""
        text = f"{name}: {label(verb).lower()}{whose}" if subject == "alert" else label(verb)
        if subject == "override":
            text = f"{label(entry.action)}: {entry.details.get('contact', '')}"
        changes = list(_of_rumour(entry.details)) if subject == "rumour" else []
        yield Step(entry.at, kind, text, entry.actor.removeprefix("contact "), changes=changes)


def _of_rumour(details: dict[str, Any]) -> Iterator[Change]:
    before, after = details.get("before"), details.get("after")
    if not isinstance(after, dict):
        before, after = {"verdict": before}, {"verdict": after}
    for name, value in after.items():
        was = (before or {}).get(name)
        if value is not None and was != value:
            yield Change(name_of(name), label(was) if was else "–", label(value))


# --- alerts ------------------------------------------------------------------------------------------


def _alerted(alert: AlertCard) -> Iterator[Step]:
    people = ngettext("%(num)d recipient", "%(num)d recipients", len(alert.deliveries))
    text = _("Alert %(ref)s to %(people)s", ref=alert.ref, people=people)
    yield Step(alert.created_at, "alert", text, alert.by, link=alert.ref, key=True)
    for sending in alert.deliveries:
        yield from _sent(alert, sending)


def _sent(alert: AlertCard, sending: Sending) -> Iterator[Step]:
    values = {"ref": alert.ref, "code": sending.code, "channel": label(sending.kind)}
    text = _("%(ref)s to %(code)s by %(channel)s", **values)
    yield Step(sending.sent_at or sending.queued_at, "alert", text, state=sending.state)
    if sending.delivered_at:
        yield Step(sending.delivered_at, "alert", _("%(ref)s reached %(code)s", **values))
    for reply in sending.answers:
        text = _("%(ref)s: %(answer)s", ref=alert.ref, answer=label(reply.answer).lower())
        yield Step(reply.created_at, "alert", text, sending.code, reply.text, key=True)
