"""`mbiu contact`: register the people who report and respond, and say more of those who wrote already.

Numbers are asked for, never given as arguments, so that they stand in no shell history or process list.
Whoever may run this has the server, so it says whom a number belongs to; the console never does.
"""

import datetime as dt
import re
from typing import Any, BinaryIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import audit, enrolment, texts, vault
from mbiu.channels.phone import country_of, e164
from mbiu.codes import AddressKind, ContactRole, ResponderClass
from mbiu.contacts import enrol
from mbiu.db import transaction
from mbiu.enrolment import Offer, Reader, Registrar, bringing, sheet
from mbiu.enrolment.registering import channel
from mbiu.messages import BadPayload
from mbiu.models import Address, Contact, Place, utcnow
from mbiu.refusals import NotPossible
from mbiu.settings import settings

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")
_SYSTEM = Registrar(audit.SYSTEM)


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
        click.option(
            "--class",
            "responder_class",
            type=click.Choice([one.value for one in ResponderClass]),
            help="What kind of responder they are.",
        ),
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
        enrol(session, AddressKind.SMS, number, channel=channel(), code=_new_code(session, code), **values)
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


def _template(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's signature
    if wanted:
        click.echo(sheet.template(), nl=False)
        ctx.exit()


@contact.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Only say what is wrong with which row.")
@click.option("--only-good", is_flag=True, help="Register the good rows although others are bad.")
@click.option(
    "--template",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_template,
    help="Print an example.",
)
def bring(file: BinaryIO, *, dry_run: bool, only_good: bool) -> None:
    """Register the people of a CSV FILE (- for standard input); every bad row is told first."""
    now, found = utcnow(), sheet.read(file.read())
    try:
        with transaction() as session:
            plan = bringing.check(session, _SYSTEM, found)
            for one in plan.bad:
                click.echo(f"row {one.row}, {one.column or 'whole row'}: {one.what} {one.do}", err=True)
            made = [] if dry_run else bringing.apply(session, _SYSTEM, plan, now, only_good=only_good)
    except NotPossible as refused:
        raise click.ClickException(refused.why) from None
    for row, code in made:
        click.echo(f"row {row}\t{code}")
    click.echo(f"{len(plan.people)} good rows, {len(plan.bad)} faults, {len(made)} registered", err=True)
    if dry_run and plan.bad:
        raise SystemExit(1)


@contact.command("join-word")
@click.argument("area")
@click.option(
    "--role", type=click.Choice([role.value for role in ContactRole if role != "unknown"]), required=True
)
@click.option("--uses", default=1, show_default=True, help="For how many people.")
@click.option("--days", default=7, show_default=True, help="For how long.")
@click.option("--organisation", default="", help="Of whoever joins by it.")
@click.option("--language", default="", help="What to write to them in.")
@click.option("--exercise", is_flag=True, help="For phones of an exercise only.")
def join_word(area: str, uses: int, days: int, *, exercise: bool, **typed: str) -> None:
    """Make a word by which people of AREA (a name such as Kasese) join; it is shown this once."""
    now = utcnow()
    with transaction() as session:
        fields = ("area", *typed)
        person, faults = Reader(session, _SYSTEM).read({"area": area, **typed}, fields=fields)
        if faults:
            raise click.ClickException(" ".join(f"{one.field}: {one.what} {one.do}" for one in faults))
        offer = Offer(person.columns | {"exercise": exercise}, uses, now + dt.timedelta(days=days))
        try:
            click.echo(enrolment.make(session, _SYSTEM, offer, now))
        except NotPossible as refused:
            raise click.ClickException(refused.why) from None


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
    if "responder_class" in values:
        values["responder_class"] = ResponderClass(values["responder_class"])
    if home := values.pop("home", None):
        place = session.get(Place, home)
        if place is None:
            raise click.ClickException(f"there is no place {home}; look with `mbiu gazetteer find NAME`")
        values |= {"home_place_id": place.id, "area_path": place.path, "country": place.country}
    return values
