"""The form of a chain: its steps as fields, and its fields as steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from mbiu import chains
from mbiu.chains import Selector, Step
from mbiu.codes import ResponderClass
from mbiu.enrolment.people import areas
from mbiu.models import Contact, Rota
from mbiu.refusals import NotPossible
from review import places, routes
from review.routes import Names
from review.words import label

Usual = TypeVar("Usual", int, None)

#: Empty rows for classes and for a quorum beside those that are filled.
SPARE, MOST_ROWS = 1, 6
_AROUND = ("district", "region", "country", "/")


@dataclass(frozen=True)
class StepFields:
    """A step as its fields hold it. ``classes`` are class, area around, and the name of another unit."""

    number: int
    people: str = ""
    classes: tuple[tuple[str, str, str], ...] = ()
    rotas: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    again: bool = False
    wait_minutes: int = 30
    quorum: tuple[tuple[str, int], ...] = ()
    repeats: int = 0
    repeat_minutes: int = 10
    hours: tuple[int | None, int | None] = (None, None)

    @property
    def class_rows(self) -> list[tuple[int, tuple[str, str, str]]]:
        """The filled rows and an empty one, numbered from 1."""
        return list(enumerate((*self.classes, ("", "district", ""))[:MOST_ROWS], start=1))

    @property
    def quorum_rows(self) -> list[tuple[int, tuple[str, int]]]:
        """The filled rows and an empty one, numbered from 1."""
        return list(enumerate((*self.quorum, ("", 1))[:MOST_ROWS], start=1))


def fields(db: Session, steps: tuple[Step, ...]) -> list[StepFields]:
    """The steps of a chain and an empty one after them."""
    names = Names.of(db, steps)
    found = [_fields(number, step, names) for number, step in enumerate(steps, start=1)]
    spare = range(len(found) + 1, min(max(len(found) + SPARE, 2), chains.MOST_STEPS) + 1)
    return found + [StepFields(number) for number in spare]


def _fields(number: int, step: Step, names: Names) -> StepFields:
    return StepFields(
        number=number,
        people=", ".join(names.people[one.id] for one in step.who if one.id in names.people),
        classes=tuple(_class_fields(one, names) for one in step.who if one.kind == "class"),
        rotas=tuple(str(one.id) for one in step.who if one.kind == "rota"),
        groups=tuple(str(one.id) for one in step.who if one.kind == "group"),
        again=step.again,
        wait_minutes=step.wait_minutes,
        quorum=tuple((name.value, count) for name, count in step.quorum),
        repeats=step.repeats,
        repeat_minutes=step.repeat_minutes,
        hours=step.hours or (None, None),
    )


def typed(form: MultiDict[str, str]) -> list[StepFields]:
    """The fields as they were typed, to be shown again."""
    return [
        _typed(form, number, f"s{number}_")
        for number in range(1, chains.MOST_STEPS + 1)
        if form.get(f"s{number}_wait")
    ]


def _typed(form: MultiDict[str, str], number: int, at: str) -> StepFields:
    rows = range(1, MOST_ROWS + 1)
    classes = (
        (form.get(f"{at}class{n}", ""), form.get(f"{at}area{n}", ""), form.get(f"{at}unit{n}", ""))
        for n in rows
    )
    quorum = ((form.get(f"{at}quorum{n}", ""), _or(form.get(f"{at}count{n}", ""), 1)) for n in rows)
    return StepFields(
        number=number,
        people=form.get(f"{at}people", "")[:600],
        classes=tuple(one for one in classes if one[0]),
        rotas=tuple(form.getlist(f"{at}rotas")),
        groups=tuple(form.getlist(f"{at}groups")),
        again=bool(form.get(f"{at}again", "")),
        wait_minutes=_or(form.get(f"{at}wait", ""), 30),
        quorum=tuple(one for one in quorum if one[0]),
        repeats=_or(form.get(f"{at}repeats", ""), 0),
        repeat_minutes=_or(form.get(f"{at}gap", ""), 10),
        hours=(_or(form.get(f"{at}from", ""), None), _or(form.get(f"{at}to", ""), None)),
    )


def _or(text: str, otherwise: Usual) -> int | Usual:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _class_fields(one: Selector, names: Names) -> tuple[str, str, str]:
    named = one.responder_class.value if one.responder_class else ""
    if one.area in _AROUND:
        return named, one.area, ""
    return named, "district", places.full_name(one.area, names.areas)


def choices(db: Session) -> dict[str, Any]:
    """What the form offers."""
    rotas = select(Rota.id, Rota.name).where(Rota.active).order_by(Rota.name)
    return {
        "classes": [(one.value, label(one)) for one in ResponderClass],
        "around": [(area, routes.area_words(area, {})) for area in _AROUND],
        "rotas": [(str(row.id), row.name) for row in db.execute(rotas)],
        "groups": [(str(one), code) for one, code in routes.chats(db)],
        "units": [name for _path, name in routes.areas(db)],
    }


def read(db: Session, form: MultiDict[str, str]) -> tuple[Step, ...]:
    """The steps that were typed; rows in which nobody is named do not count. Raises NotPossible."""
    numbers = range(1, chains.MOST_STEPS + 1)
    codes = _codes(db, [form.get(f"s{number}_people", "") for number in numbers])
    found = (_read(db, form, f"s{number}_", codes) for number in numbers)
    return tuple(step for step in found if step.who)


def _read(db: Session, form: MultiDict[str, str], at: str, codes: Mapping[str, UUID]) -> Step:
    who = [
        *(Selector("person", codes[code]) for code in _split(form.get(f"{at}people", ""))),
        *_classes(db, form, at),
        *(Selector("rota", _id(text)) for text in form.getlist(f"{at}rotas")),
        *(Selector("group", _id(text)) for text in form.getlist(f"{at}groups")),
        *([Selector("all")] if form.get(f"{at}again", "") else []),
    ]
    return Step(
        who=tuple(dict.fromkeys(who)),
        wait_minutes=_number(form.get(f"{at}wait", "30")),
        quorum=tuple(_quorum(form, at)),
        repeats=_number(form.get(f"{at}repeats", "0")),
        repeat_minutes=_number(form.get(f"{at}gap", "10")),
        hours=hours(form.get(f"{at}from", ""), form.get(f"{at}to", "")),
    )


def _codes(db: Session, typed: Iterable[str]) -> dict[str, UUID]:
    """The contacts of all code names that were typed. Raises NotPossible for one that nobody has."""
    wanted = {code for text in typed for code in _split(text)}
    found = dict(db.execute(select(Contact.code, Contact.id).where(Contact.code.in_(wanted))).all())
    if unknown := sorted(wanted - found.keys()):
        raise NotPossible(_("Nobody is called %(names)s.", names=", ".join(unknown)))
    return found


def _split(text: str) -> list[str]:
    return text[:600].upper().replace("\0", "").replace(",", " ").split()


def _classes(db: Session, form: MultiDict[str, str], at: str) -> Iterable[Selector]:
    for row in range(1, MOST_ROWS + 1):
        name = form.get(f"{at}class{row}", "")
        if name in set(ResponderClass):
            area = _area(db, form.get(f"{at}area{row}", ""), form.get(f"{at}unit{row}", ""))
            yield Selector("class", responder_class=ResponderClass(name), area=area)


def _area(db: Session, around: str, unit: str) -> str:
    if not unit.strip():
        return around if around in _AROUND else "district"
    found = areas(db, unit.replace("\0", "")[:120])
    if not found:
        raise NotPossible("There is no such area.")
    return found[0].path


def _quorum(form: MultiDict[str, str], at: str) -> Iterable[tuple[ResponderClass, int]]:
    for row in range(1, MOST_ROWS + 1):
        name = form.get(f"{at}quorum{row}", "")
        if name in set(ResponderClass):
            yield ResponderClass(name), _number(form.get(f"{at}count{row}", "1"))


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        raise NotPossible("Write whole numbers of minutes, repeats and people.")
    return int(text)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotPossible("A step names somebody who is not there any more.") from None


def hours(start: str, end: str) -> tuple[int, int] | None:
    """Two full hours, or none at all. Raises NotPossible."""
    if not start and not end:
        return None
    if not all(one.isascii() and one.isdigit() and len(one) < 3 for one in (start, end)):
        raise NotPossible("Hours go from 0 to 23, and end when they did not begin.")
    return int(start), int(end)
