"""The centre's own tables: which gateways serve which numbers, and what a segment costs."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from uuid import UUID

import phonenumbers
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mbiu import audit
from mbiu.audit import Actor
from mbiu.gateways.costs import MICROS
from mbiu.gateways.registry import known, names
from mbiu.models import GatewayPrice, GatewayRoute
from mbiu.refs import new_id
from mbiu.refusals import NotFound, NotPossible

_LONGEST_PREFIX = 12
_MOST = Decimal(1_000_000)
_CURRENCY = re.compile(r"[A-Z]{3}")


def set_route(session: Session, actor: Actor, country: str, prefix: str, order: Sequence[str]) -> None:
    """Let numbers of a country that begin with ``prefix`` go by these gateways in turn; none: no rule.

    Raises NotPossible for a country, prefix or gateway that there is not.
    """
    land, digits = _country(country), network(prefix, country)
    listed = list(dict.fromkeys(name for name in order if name))
    if set(listed) - set(names()):
        raise NotPossible("Choose gateways that are set up to send.")
    here = (GatewayRoute.country == land, GatewayRoute.prefix == digits)
    session.execute(delete(GatewayRoute).where(*here))
    rows = [
        {"id": new_id(), "country": land, "prefix": digits, "position": place, "gateway": name}
        for place, name in enumerate(listed)
    ]
    if rows:
        session.execute(insert(GatewayRoute), rows)
    audit.append(session, actor, "gateway.route", f"gateway_route:{land}{digits}", gateways=listed)


def set_price(
    session: Session,
    actor: Actor,
    gateway: str,
    direction: str,
    where: tuple[str, str],
    price: tuple[str, str],
) -> None:
    """Set what a segment costs from now on. ``where`` is country and prefix, both empty for everywhere.

    ``price`` is a decimal amount and an ISO 4217 code. Raises NotPossible.
    """
    if gateway not in known() or direction not in {"in", "out"}:
        raise NotPossible("Choose a gateway and a direction.")
    land = _country(where[0]) if where[0].strip() else ""
    digits = network(where[1], land) if land else ""
    micros, currency = _micros(price[0]), price[1].strip().upper()
    if not _CURRENCY.fullmatch(currency):
        raise NotPossible("A currency is three letters, such as UGX.")
    row = insert(GatewayPrice).values(
        id=new_id(),
        gateway=gateway,
        direction=direction,
        country=land,
        prefix=digits,
        micros=micros,
        currency=currency,
    )
    key = ["gateway", "direction", "country", "prefix"]
    session.execute(
        row.on_conflict_do_update(index_elements=key, set_={"micros": micros, "currency": currency})
    )
    subject = f"gateway_price:{gateway}:{direction}:{land}{digits}"
    audit.append(session, actor, "gateway.price", subject, micros=micros, currency=currency)


def drop_price(session: Session, actor: Actor, price_id: UUID) -> None:
    """Forget a price; what was counted by it stays. Raises NotFound."""
    row = session.scalar(select(GatewayPrice).where(GatewayPrice.id == price_id))
    if row is None:
        raise NotFound("There is no such price.")
    session.delete(row)
    subject = f"gateway_price:{row.gateway}:{row.direction}:{row.country}{row.prefix}"
    audit.append(session, actor, "gateway.price", subject, micros=None)


def network(written: str, country: str) -> str:
    """A prefix as people write it (``077``, ``77``, ``+256 77``) in the digits after the country code."""
    digits = re.sub(r"[\s().-]", "", written)
    if digits.startswith("+"):
        code = str(phonenumbers.country_code_for_region(country.strip().upper()))
        digits = digits[1:].removeprefix(code)
    digits = digits.lstrip("0")
    if (digits and not (digits.isascii() and digits.isdigit())) or len(digits) > _LONGEST_PREFIX:
        raise NotPossible("A prefix is the first digits of the number, such as 077.")
    return digits


def _country(written: str) -> str:
    country = written.strip().upper()
    if country not in phonenumbers.SUPPORTED_REGIONS:
        raise NotPossible("A country is two letters, such as UG.")
    return country


def _micros(amount: str) -> int:
    try:
        value = Decimal(amount.strip()[:20])
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or not 0 <= value <= _MOST:
        raise NotPossible("A price is a number, such as 35 or 0.0205.")
    return int((value * MICROS).to_integral_value())
