"""What an update, a recall and an all-clear say, by channel, language and audience."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mbiu import alerting, routing, texts
from mbiu.models import Alert, Incident
from mbiu.sequels.audience import Kind, To


@dataclass(frozen=True)
class _Key:
    key: str


def contents(
    session: Session, alert: Alert, incident: Incident, kind: Kind, people: Iterable[To]
) -> dict[str, str]:
    """The texts by key, as `mbiu.alerting.contents` makes an alert's."""
    keys = {one.key for one in people}
    if kind is Kind.UPDATE:
        facts = renewed(session, alert, incident, keys)
        return {key: _updated(text, key, alert.ref) for key, text in facts.items() if key in keys}
    return {key: _ended(key, alert, kind) for key in keys}


def renewed(session: Session, alert: Alert, incident: Incident, keys: Iterable[str]) -> dict[str, str]:
    """The texts of an alert for these keys with the facts as they are now."""
    place = routing.place_name(session, incident.place_id)
    plain = [_Key(one) for one in keys if not one.endswith(":line")]
    return alerting.contents(session, incident, place, alert.ref, plain)


def _updated(text: str, key: str, ref: str) -> str:
    """An alert's text marked as new: before everything else, and as a mail's subject."""
    if key == "cap":
        return json.dumps(json.loads(text) | {"follows": Kind.UPDATE.value}, ensure_ascii=False)
    language = key.partition(":")[0]
    mark = texts.say(language, "alert.update")
    if ":email" in key:
        subject = texts.say(language, "alert.update_subject", ref=ref)
        return "\n".join((subject, mark, text.partition("\n")[2]))
    return alerting.headed(mark, text, language)


def _ended(key: str, alert: Alert, kind: Kind) -> str:
    """A recall or an all-clear by the key of its text: the reference, and that it is over."""
    if key == "cap":
        return json.dumps({"reference": alert.ref, "exercise": alert.exercise, "follows": kind.value})
    text = ended(key.partition(":")[0], alert, kind)
    return f"{text.partition('.')[0]}\n{text}" if ":email" in key else text


def ended(language: str, alert: Alert, kind: Kind) -> str:
    """A recall or an all-clear as people read it."""
    mark = texts.say(language, "alert.exercise") if alert.exercise else ""
    return mark + texts.say(language, f"alert.{kind.value}", ref=alert.ref)
