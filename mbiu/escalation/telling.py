"""Who is told when a step is taken, and in what words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from mbiu import alerting, links, texts, vault
from mbiu.alerting.contents import HOOK, MAIL
from mbiu.codes import Answer, ResponderClass
from mbiu.escalation import people
from mbiu.escalation.chain import Rung, To
from mbiu.escalation.quorum import Word
from mbiu.escalation.scene import Scene
from mbiu.escalation.writing import Writing
from mbiu.exchange import cap
from mbiu.models import Alert
from mbiu.outbox import Outgoing

#: Who may be told of what is not verified; the database refuses others.
WARNED = frozenset({ResponderClass.MEDIATOR.value, ResponderClass.COORDINATOR.value})

LeftOut = dict[str, str]


def tell(scene: Scene, writing: Writing, alert: Alert, rung: Rung, *, repeat: bool = False) -> int:
    """Tell the people of a step, or tell it anew; how many. Who is left out is written down with a reason."""
    found, left_out = _chosen(scene, alert, rung, repeat=repeat)
    outs = _texts(scene, alert, found, "final" if rung.final else "alert")
    writing.outs += outs
    if outs or not repeat:
        kind = "repeat" if repeat else "step" if outs or rung.final else "passed"
        writing.step(alert, kind, len(outs), left_out)
    return len(outs)


def tell_one(scene: Scene, writing: Writing, alert: Alert, to: To) -> bool:
    """Tell somebody between two steps; False if they must not be told, or nothing of it may reach them."""
    found, _ = _sorted_out(scene, alert, [to], {})
    outs = _texts(scene, alert, found, "alert")
    writing.outs += outs
    if outs:
        writing.step(alert, "let_in", len(outs), [])
    return bool(outs)


def _chosen(scene: Scene, alert: Alert, rung: Rung, *, repeat: bool) -> tuple[list[To], list[LeftOut]]:
    if rung.final:
        return _at_last(scene, alert, rung)
    situation = scene.situations[alert.id]
    silent = {contact: _answered(word) for contact, word in situation.words.items() if not word.lapsed}
    if not (repeat or rung.again):
        silent = {**dict.fromkeys(situation.told, "told"), **silent}
    named = [one for one in rung.people if not (repeat and one["key"] == HOOK)]
    return _sorted_out(scene, alert, [*named, *scene.on_duty(alert, rung)], silent)


def _at_last(scene: Scene, alert: Alert, rung: Rung) -> tuple[list[To], list[LeftOut]]:
    """Who is on duty, or else the coordinators of the area, or else those of any, or else who said no."""
    words = scene.situations[alert.id].words
    silent = {contact: _answered(word) for contact, word in words.items() if not word.lapsed}
    left_out: list[LeftOut] = []
    for named in (scene.on_duty(alert, rung), rung.people):
        found, more = _sorted_out(scene, alert, named, silent)
        left_out += more
        if found:
            return found, left_out
    anybody = people.coordinators(scene.session, scene.incident(alert), any_area=True)
    found = _sorted_out(scene, alert, anybody, silent)[0]
    return found or _sorted_out(scene, alert, anybody, {})[0], left_out


def _answered(word: Word) -> str:
    return "cannot" if word.answer is Answer.CANNOT else "answered"


def _sorted_out(
    scene: Scene, alert: Alert, named: Iterable[To], silent: Mapping[UUID, str]
) -> tuple[list[To], list[LeftOut]]:
    """Those who can be told, each address once, and the others with the reason in a word."""
    by_address = {one["address"]: one for one in named}
    barred = scene.barred(alert, {UUID(one["contact"]) for one in by_address.values()})
    found, left_out = [], {}
    for one in by_address.values():
        contact = UUID(one["contact"])
        why = "party" if contact in barred else silent.get(contact, "")
        if alert.unverified and one["class"] not in WARNED:
            why = "unverified"
        if not why and not scene.is_reachable(UUID(one["address"])):
            why = "unreachable"
        if why:
            left_out[contact] = {"contact": str(contact), "why": why}
        else:
            found.append(one)
    return found, list(left_out.values())


def _texts(scene: Scene, alert: Alert, found: list[To], kind: str) -> list[Outgoing]:
    if not found:
        return []
    wordings: dict[str, str] = json.loads(vault.unseal("alert", "texts", alert.id, alert.texts))
    outs = (_text(scene, alert, one, wordings, kind) for one in found)
    return [out for out in outs if out]


def _text(scene: Scene, alert: Alert, to: To, wordings: Mapping[str, str], kind: str) -> Outgoing | None:
    contact, link = UUID(to["contact"]), ""
    if MAIL in to["key"]:
        link = links.make(scene.session, alert.id, contact, to["language"])
    out = alerting.outgoing(alert, to, wordings, scene.now, kind=kind, link=link)
    if out is None:
        return None
    if to["key"] == HOOK:
        return replace(out, text=cap.within(scene.session, alert, out.text), round=alert.round)
    text, is_final = out.text, kind == "final"
    if is_final or contact in scene.situations[alert.id].told:
        text = called(to["language"], text, alert.round, final=is_final)
    return replace(out, text=text, round=alert.round)


def called(language: str, text: str, told: int, *, final: bool) -> str:
    """An alert's words told anew, after ``told`` tellings. An exercise says so before all else."""
    call = texts.say(language, "climb.final" if final else "climb.again", n=told + 1)
    return alerting.headed(call, text, language)
