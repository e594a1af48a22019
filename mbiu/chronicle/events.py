"""One made-up incident after the other: its reports as they came in, what was decided, who was told."""

import datetime as dt
import json
import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mbiu import texts, vault
from mbiu.chronicle.loading import Loader
from mbiu.chronicle.moulds import AT, Mould, Wording
from mbiu.codes import (
    DeliveryState,
    EventType,
    IncidentState,
    Lane,
    MessageState,
    ReportState,
    Severity,
    Verdict,
)
from mbiu.house.ranking import Ranking

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFS = 32**6
#: Odd and near the golden section of their number, so that references do not follow each other.
_STRIDE = 663608941

#: How incidents ended whose time is over, in a hundred.
_ENDED = {
    IncidentState.CLOSED: 40,
    IncidentState.ARCHIVED: 25,
    IncidentState.REFUTED: 15,
    IncidentState.UNVERIFIABLE: 12,
    IncidentState.VERIFIED: 8,
}
_FRESH = {
    IncidentState.OPEN: 70,
    IncidentState.VERIFIED: 12,
    IncidentState.ALERTED: 12,
    IncidentState.REFUTED: 6,
}
_VERDICTS = {
    IncidentState.CLOSED: Verdict.VERIFIED,
    IncidentState.ALERTED: Verdict.VERIFIED,
    IncidentState.VERIFIED: Verdict.VERIFIED,
    IncidentState.REFUTED: Verdict.REFUTED,
    IncidentState.UNVERIFIABLE: Verdict.UNVERIFIABLE,
}
#: How disputes stand that somebody took up, in a hundred; of committees more were settled than of others.
_STANDS = {
    True: {"peaceful": 67, "ongoing": 15, "unresolved": 10, "unclear": 8},
    False: {"peaceful": 45, "ongoing": 20, "unresolved": 22, "unclear": 13},
}
#: What there are two sides of, and who takes it up if no committee does.
_DISPUTES = frozenset({EventType.DISPUTE, EventType.CATTLE_RAID, EventType.THREAT})
_OTHERS = ("elder", "mediator", "local_administration")
_REASONS = ("Two elders on the phone said so.", "The ward officer was there.", "Nobody else has heard of it.")


@dataclass(frozen=True)
class Person:
    """A made-up contact: who they are, how they are reached, the language they get answers in."""

    contact: UUID
    address: UUID
    language: str


@dataclass
class Crowd:
    """Everybody. The committees stand among the people too; they take up disputes."""

    people: list[Person]
    responders: list[Person]
    committees: list[Person]


@dataclass
class Chance:
    """Where everything random comes from, ids and references too."""

    random: random.Random
    taken: set[str] = field(default_factory=set)
    _next: dict[str, int] = field(default_factory=dict)

    def id(self, at: dt.datetime) -> UUID:
        """A UUID version 7 of that time."""
        bits = int(at.timestamp() * 1000) << 80 | 7 << 76 | self.random.getrandbits(12) << 64
        return UUID(int=bits | 2 << 62 | self.random.getrandbits(62))

    def ref(self, letter: str) -> str:
        """A reference that nothing has yet."""
        while True:
            number = self._next[letter] = self._next.get(letter, 0) + 1
            ref, rest = letter, number * _STRIDE % _REFS
            for _ in range(6):
                rest, digit = divmod(rest, 32)
                ref += _LETTERS[digit]
            if ref not in self.taken:
                return ref

    def soon(self, minutes: float) -> dt.timedelta:
        """Mostly about that long, sometimes much longer."""
        return dt.timedelta(minutes=self.random.expovariate(1 / minutes))


@dataclass
class Author:
    """Writes incidents into the loader. ``users`` are the analysts who decide, at least two."""

    loader: Loader
    chance: Chance
    crowd: Crowd
    users: list[UUID]
    ranked: Ranking
    now: dt.datetime

    def incident(self, mould: Mould, at: dt.datetime, reports: int) -> None:
        """An event that began to be told of at ``at``, in so many reports."""
        random_, row_id = self.chance.random, self.chance.id(at)
        ages = _FRESH if self.now - at < dt.timedelta(days=3) else _ENDED
        state = random_.choices(list(ages), list(ages.values()))[0]
        times = sorted(min(at + self.chance.soon(90) * (n > 0), self.now) for n in range(reports))
        decided = min(times[0] + self.chance.soon(60), self.now)
        tellers = random_.sample(self.crowd.people, min(reports, len(self.crowd.people)))
        self.loader.add("incident", self._incident_row(row_id, mould, state, times, decided))
        for number, told_at in enumerate(times):
            self.report(
                random_.choice(mould.wordings), told_at, tellers[number % len(tellers)], row_id, number
            )
        if state in _VERDICTS:
            self._decide(row_id, mould, state, decided)

    def _incident_row(
        self, row_id: UUID, mould: Mould, state: IncidentState, times: list[dt.datetime], decided: dt.datetime
    ) -> dict[str, Any]:
        facts = dict(mould.facts)
        for name in ("occurred_from", "occurred_to"):
            facts[name] = facts[name] and facts[name] + (times[0] - AT)
        over = state is not IncidentState.OPEN
        verified = state in {IncidentState.VERIFIED, IncidentState.ALERTED, IncidentState.CLOSED}
        return facts | {
            "id": row_id, "ref": self.chance.ref("I"), "state": state, "reports": len(times),
            "sources": max(1, len(times) - 1), "grade_source": "B" if verified else "F",
            "grade_information": 2 if verified else 6, "exercise": True, "version": 1, "held": False,
            "restricted": False,
            "due_at": self.ranked.due_at(facts["priority"], times[0]), "created_at": times[0],
            "updated_at": max(times[-1], decided) if over else times[-1],
            "verified_at": decided if verified else None,
            "closed_at": decided + dt.timedelta(days=1) if state is IncidentState.CLOSED else None,
            "archived_at": decided if state is IncidentState.ARCHIVED else None,
        }  # fmt: skip

    # --- reports -------------------------------------------------------------------------------

    def report(
        self, wording: Wording, at: dt.datetime, who: Person, incident: UUID | None, number: int
    ) -> None:
        """A report with its message, its words' digests, and the receipt that was sent."""
        row_id, ref = self.chance.id(at), self.chance.ref("R")
        self.loader.add("report", self._report_row(row_id, ref, wording, at, who, incident, number))
        self.loader.add("report_terms", {"report_id": row_id, "terms": wording.terms})
        first = self._message(at, who, row_id, wording.text, wording.reading.language)
        receipt = texts.say(who.language, "reply.receipt", ref=ref)
        back = at + dt.timedelta(seconds=2)
        said = self._message(back, who, row_id, receipt, who.language, reply_to=first)
        self._delivery(said, back, who, "reply")
        if incident and number:
            self.loader.add("joining", {
                "id": self.chance.id(at), "report_id": row_id, "incident_id": incident, "state": "joined",
                "same_event": 0.9, "independent": number != 1, "why": ["place", "time", "type"],
                "created_at": back,
            })  # fmt: skip

    def _report_row(
        self, row_id: UUID, ref: str, wording: Wording, at: dt.datetime, who: Person, incident: UUID | None,
        number: int,
    ) -> dict[str, Any]:  # fmt: skip
        return wording.columns | {
            "id": row_id, "ref": ref, "contact_id": who.contact, "address_id": who.address,
            "state": ReportState.JOINED if incident else ReportState.READ, "incident_id": incident,
            "reading": vault.seal("report", "reading", row_id, wording.reading_of(ref, at)),
            "copied": number == 1, "independent": number != 1, "source_note": "copy" if number == 1 else "",
            "corrected": False, "exercise": True, "attempts": 0, "lane": Lane.KNOWN, "told": {},
            "borrowed": False, "unconfirmed": False, "duress": False, "restricted": False, "folded": 0,
            "due_at": at, "created_at": at, "read_at": at + dt.timedelta(seconds=2),
            "joined_at": at + dt.timedelta(seconds=2) if incident else None,
            "archived_at": None if incident else at + dt.timedelta(hours=1),
        }  # fmt: skip

    def _message(
        self, at: dt.datetime, who: Person, report: UUID | None, words: str, language: str,
        reply_to: UUID | None = None, *, out: bool = False,
    ) -> UUID:  # fmt: skip
        row_id = self.chance.id(at)
        is_out = out or reply_to is not None
        self.loader.add("message", {
            "id": row_id, "direction": "out" if is_out else "in", "channel": "simulator",
            "provider_id": None if is_out else row_id, "address_id": who.address, "contact_id": who.contact,
            "report_id": report, "reply_to": reply_to, "state": MessageState.HANDLED,
            "text": vault.seal("message", "text", row_id, words), "language": language, "forwarded": False,
            "edited": False, "folded": False, "sent_at": None if is_out else at, "created_at": at,
        })  # fmt: skip
        return row_id

    def _delivery(
        self, message: UUID, at: dt.datetime, who: Person, kind: str, alert: UUID | None = None
    ) -> None:
        row_id = self.chance.id(at)
        self.loader.add("delivery", {
            "id": row_id, "message_id": message, "address_id": who.address, "alert_id": alert, "kind": kind,
            "channel": "simulator", "state": DeliveryState.DELIVERED, "attempts": 1, "due_at": at,
            "provider_id": row_id, "error": "", "extra": {}, "step": 1 if alert else 0, "segments": 1,
            "created_at": at, "sent_at": at + dt.timedelta(seconds=1),
            "delivered_at": at + dt.timedelta(seconds=3),
        })  # fmt: skip

    # --- decisions and alerts ------------------------------------------------------------------

    def _decide(self, incident: UUID, mould: Mould, state: IncidentState, at: dt.datetime) -> None:
        verdict, grave = _VERDICTS[state], mould.facts["severity"] in {Severity.SEVERE, Severity.EXTREME}
        users = self.chance.random.sample(self.users, 2 if grave and verdict is Verdict.VERIFIED else 1)
        for user in users:
            row_id = self.chance.id(at)
            reason = vault.seal("decision", "reason", row_id, self.chance.random.choice(_REASONS))
            self.loader.add("decision", {
                "id": row_id, "incident_id": incident, "user_id": user, "verdict": verdict, "version": 1,
                "reason": reason, "grade_source": "B", "grade_information": 2, "created_at": at,
            })  # fmt: skip
        if state in {IncidentState.CLOSED, IncidentState.ALERTED}:
            self._alert(incident, users[0], at)
        if state is IncidentState.CLOSED:
            self._outcome(incident, users[0], mould, min(at + dt.timedelta(days=1), self.now))

    def _alert(self, incident: UUID, user: UUID, at: dt.datetime) -> None:
        row_id, ref = self.chance.id(at), self.chance.ref("A")
        told = self.chance.random.sample(self.crowd.responders, min(2, len(self.crowd.responders)))
        words = f"EXERCISE {ref}: see the incident. Answer 1 seen, 2 going, 3 done, 4 cannot."
        acknowledged = min(at + self.chance.soon(20), self.now)
        chain = [{"recipients": [_recipient(one) for one in told], "wait_minutes": 30}]
        self.loader.add("alert", {
            "id": row_id, "ref": ref, "incident_id": incident, "incident_version": 1, "created_by": user,
            "state": "done", "chain": chain, "step": 1, "exercise": True,
            "texts": vault.seal("alert", "texts", row_id, json.dumps({"en": words})), "unverified": False,
            "created_at": at, "acknowledged_at": acknowledged,
            "ended_at": at + dt.timedelta(days=1),
        })  # fmt: skip
        for one in told:
            message = self._message(at, one, None, words, one.language, out=True)
            self._delivery(message, at, one, "alert", row_id)
        self.loader.add("response", {
            "id": self.chance.id(acknowledged), "alert_id": row_id, "contact_id": told[0].contact,
            "answer": "ack", "created_at": acknowledged,
        })  # fmt: skip

    def _outcome(self, incident: UUID, user: UUID, mould: Mould, at: dt.datetime) -> None:
        """What was done; a dispute was taken up by a committee, or by somebody else."""
        random_, row_id = self.chance.random, self.chance.id(at)
        by_committee, stands, kinds = random_.random() < 0.7, "", []
        if mould.facts["event_type"] in _DISPUTES:
            shares = _STANDS[by_committee]
            stands = random_.choices(list(shares), list(shares.values()))[0]
            kinds = [] if by_committee else [random_.choice(_OTHERS)]
        self.loader.add("outcome", {
            "id": row_id, "incident_id": incident, "user_id": user, "done": ["dialogue"],
            "effect": "contained", "resolution": stands, "kinds": kinds, "created_at": at,
        })  # fmt: skip
        if stands and by_committee:
            who = random_.choice(self.crowd.committees).contact
            self.loader.add("outcome_by", {"outcome_id": row_id, "contact_id": who})


def _recipient(one: Person) -> dict[str, str]:
    return {
        "contact": str(one.contact),
        "address": str(one.address),
        "channel": "simulator",
        "language": one.language,
    }
