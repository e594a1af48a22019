"""What the made-up reports say: sentences about real places, each read once as a report would be."""

import datetime as dt
import json
import random
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mbiu import analysis, searching, vault
from mbiu.analysis.reading import Reading
from mbiu.analysis.similarity import fingerprint
from mbiu.facts import facts_of, place_columns
from mbiu.gazetteer import store
from mbiu.house import ranking
from mbiu.models import Place

#: So many events are worded; each stands for many of its kind and place.
EVENTS = 500
#: When the sentences are taken to be written; readings are moved from there to the time of a report.
AT = dt.datetime(2026, 1, 14, 9, 0, tzinfo=dt.UTC)

#: Ways to tell of one event, and how often it happens. ``{n}`` is a small, ``{many}`` a larger number.
_TOLD: tuple[tuple[tuple[str, str, str], int], ...] = (
    (
        (
            "Farmers and herders quarrel over water at {place}, elders are talking to them",
            "Mgogoro wa ardhi na maji kati ya wafugaji na wakulima hapa {place}",
            "There is a dispute over land and water in {place}, people are shouting at each other",
        ),
        9,
    ),
    (
        (
            "cattle raid near {place} this morning, {many} cows taken, {n} herders injured",
            "Wizi wa mifugo {place}, ng'ombe {many} wamechukuliwa leo asubuhi",
            "Raiders came to {place} and took {many} cows, {n} people injured",
        ),
        6,
    ),
    (
        (
            "They say youth from the other side plan to come to {place} tomorrow",
            "Tumesikia kuwa kuna watu watakuja {place} kesho, haijathibitishwa",
            "Rumours that armed youth will come to {place} tomorrow",
        ),
        4,
    ),
    (
        (
            "Armed men attacked {place} last night, {n} people killed and houses burnt",
            "Watu wenye silaha wamevamia {place} usiku, watu {n} wameuawa",
            "Attack on {place} in the night, {n} dead, houses on fire",
        ),
        3,
    ),
    (
        (
            "Leaflets found in {place} telling some families to leave before Friday",
            "Vipeperushi vya vitisho vimepatikana {place}, familia zinaambiwa ziondoke",
            "Families in {place} were threatened and told to leave",
        ),
        3,
    ),
    (
        (
            "Police fired teargas at protesters in {place}, {n} injured",
            "Polisi wamerusha mabomu ya machozi kwa waandamanaji {place}, {n} wamejeruhiwa",
            "Protest in {place}, police used teargas, {n} hurt",
        ),
        3,
    ),
    (
        (
            "{many} families displaced from {place} after fighting, sleeping at the church",
            "Watu {many} wamekimbia makazi yao {place} baada ya mapigano",
            "{many} people fled from {place}, they need food",
        ),
        2,
    ),
    (
        (
            "Peace meeting at {place} went well, both sides agreed to return the cattle",
            "Mkutano wa amani {place} umeenda vizuri",
            "Elders of both sides made peace at {place}",
        ),
        2,
    ),
)


@dataclass(frozen=True)
class Wording:
    """One text, its reading as of ``AT``, the columns it gives a report, and what makes it findable.

    ``json`` is the reading as it is kept, with marks where its time and its report's reference belong.
    """

    text: str
    reading: Reading
    json: str
    columns: dict[str, Any]
    terms: list[int]

    def reading_of(self, ref: str, at: dt.datetime) -> str:
        """The reading as JSON, as if the text had been written at ``at``."""
        kept, when = self.json.replace(_REF, ref), self.reading.when
        if when:
            by = at - AT
            kept = kept.replace(_FROM, (when.start + by).isoformat()).replace(
                _TO, (when.end + by).isoformat()
            )
        return kept


#: Marks that no text holds.
_REF, _FROM, _TO = "<ref>", "<from>", "<to>"


@dataclass(frozen=True)
class Mould:
    """One event in several words; ``facts`` are the columns it gives an incident."""

    wordings: tuple[Wording, ...]
    facts: dict[str, Any]


def moulds(session: Session, chance: random.Random, events: int = EVENTS) -> list[Mould]:
    """Events in places of the installed gazetteer. Raises ValueError where there are none."""
    rank = ranking.current(session)
    gazetteer = store.current(session)
    names = _places(session)
    if not names:
        raise ValueError("no places: load a gazetteer first (`mbiu gazetteer load`)")
    told, weights = zip(*_TOLD, strict=True)
    found: list[Mould] = []
    for _ in range(events):
        name, country = chance.choice(names)
        numbers = {"place": name, "n": chance.randint(2, 9), "many": chance.randint(12, 300)}
        texts = [words.format(**numbers) for words in chance.choices(told, weights)[0]]
        read = [_wording(text, analysis.read(text, gazetteer, country=country, sent_at=AT)) for text in texts]
        placed = tuple(one for one in read if one.reading.place)
        if placed:
            found.append(Mould(placed, facts_of(placed[0].reading, table=rank.table)))
    if not found:
        raise ValueError("no place of the gazetteer is found again in a text")
    return found


def _places(session: Session) -> list[tuple[str, str]]:
    query = (
        select(Place.name, Place.country)
        .where(Place.lat.is_not(None), Place.level.in_([2, 3]), ~Place.retired, Place.match_policy == "auto")
        .order_by(func.md5(Place.id))
        .limit(3000)
    )
    return [(row.name, row.country) for row in session.execute(query)]


def _wording(text: str, reading: Reading) -> Wording:
    values = reading.to_json() | {"id": _REF}
    if values["when"]:
        values["when"] |= {"from": _FROM, "to": _TO}
    columns = place_columns(reading) | {
        "event_type": reading.event_type,
        "severity": reading.severity,
        "urgency": reading.urgency,
        "language": reading.language,
        "missing": reading.missing,
        "fingerprint": vault.blind_digest("text", fingerprint(text)),
    }
    return Wording(text, reading, json.dumps(values, ensure_ascii=False), columns, searching.terms(text))
