"""`mbiu contact`: register the people who report and respond, and say more of those who wrote already.

Numbers are asked for, never given as arguments, so that they stand in no shell history or process list.
"""

import re
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, channels, texts, vault
from mbiu.channels.phone import country_of, e164
from mbiu.codes import AddressKind, ContactRole
from mbiu.contacts import enrol
from mbiu.db import transaction
from mbiu.messages import BadPayload
from mbiu.models import Address, Contact, Place
from mbiu.settings import settings

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")


@click.group()
def contact() -> None:
    """Register people by code name."""


def _details(command: Any) -> Any:
    """The options of both commands."""
    for option in (
        click.option("--organisation", help="Shown beside the code name."),
        click.option("--grade", type=click.Choice(list("ABCDEF")), help="How reliable so far: A to F."),
        click.option("--language", type=click.Choice(texts.languages()), help="What to write to them in."),
        click.option("--home", help="Place id of their home, such as ug-kasese."),
        click.option("--role", type=click.Choice([role.value for role in ContactRole]), help="What they do."),
    ):
        command = option(command)
    return command


@contact.command()
@click.argument("code")
@_details
def add(code: str, **details: str | None) -> None:
    """Register a phone under the code name CODE, such as KAS-07; its number is asked for."""
    number = _number(click.prompt("Phone number"))
    with transaction() as session:
        values = {"country": country_of(number, settings().default_country)} | _values(session, details)
        _refuse_known(session, number)
        enrol(session, AddressKind.SMS, number, channel=_channel(), code=_new_code(session, code), **values)
        audit.append(session, audit.SYSTEM, "contact.added", f"contact:{code.upper()}", fields=sorted(values))
    click.echo(f"{code.upper()} is registered")


@contact.command()
@click.argument("code")
@click.option("--code", "new_code", help="A new code name, such as KAS-07.")
@_details
def change(code: str, new_code: str | None, **details: str | None) -> None:
    """Say more of the person with the code name CODE, who may have written as a stranger."""
    with transaction() as session:
        row = session.scalar(select(Contact).where(Contact.code == code.upper()).with_for_update())
        if row is None:
            raise click.ClickException(f"there is nobody called {code}")
        values = _values(session, details)
        if new_code:
            values["code"] = _new_code(session, new_code)
        for name, value in values.items():
            setattr(row, name, value)
        audit.append(session, audit.SYSTEM, "contact.changed", f"contact:{row.code}", fields=sorted(values))
    click.echo(f"{row.code}: {', '.join(sorted(values)) or 'nothing'} changed")


def _number(written: str) -> str:
    try:
        return e164(written, settings().default_country)
    except BadPayload:
        raise click.ClickException("that is no phone number") from None


def _refuse_known(session: Session, number: str) -> None:
    blind = vault.blind_index(AddressKind.SMS, number)
    known = (
        select(Contact.code)
        .join(Address, Address.contact_id == Contact.id)
        .where(Address.kind == AddressKind.SMS, Address.blind_index == blind)
    )
    if code := session.scalar(known):
        raise click.ClickException(f"this number is known as {code}: `mbiu contact change {code}`")


def _new_code(session: Session, code: str) -> str:
    code = code.upper()
    if not _CODE.fullmatch(code):
        raise click.ClickException("a code name is 3 to 20 letters, digits and dashes, such as KAS-07")
    if session.scalar(select(Contact.id).where(Contact.code == code)):
        raise click.ClickException(f"somebody is called {code} already")
    return code


def _values(session: Session, details: dict[str, str | None]) -> dict[str, Any]:
    """What was given, as columns."""
    values: dict[str, Any] = {name: value for name, value in details.items() if value is not None}
    if "role" in values:
        values["role"] = ContactRole(values["role"])
    if home := values.pop("home", None):
        place = session.get(Place, home)
        if place is None:
            raise click.ClickException(f"there is no place {home}; look with `mbiu gazetteer find NAME`")
        values |= {"home_place_id": place.id, "area_path": place.path, "country": place.country}
    return values


def _channel() -> str:
    """The first way to send SMS; where there is none yet, the one that is found when a text leaves counts."""
    ours = settings()
    reaching = (
        name
        for name in channels.enabled(ours)
        if name != "simulator" and channels.outgoing(name, ours).kind is AddressKind.SMS
    )
    return next(reaching, AddressKind.SMS.value)
