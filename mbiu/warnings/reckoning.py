"""What a warning would take: how many people, in which languages, how many SMS, for how much money."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mbiu import texts
from mbiu.channels.text import compose, segments
from mbiu.codes import AddressKind
from mbiu.models import Address, Contact, GatewayPrice

#: Gateway and country to currency and millionths for a segment.
Prices = Mapping[tuple[str, str], tuple[str, int]]


@dataclass(frozen=True)
class Reckoning:
    """``languages`` maps codes to people; ``cost`` maps currencies to millionths; ``unpriced`` are segments
    through gateways for which the house has set no price. ``minutes`` run from the first wave to the last.
    """

    people: int
    languages: dict[str, int]
    sms: int
    segments: int
    cost: dict[str, int]
    unpriced: int
    waves: int
    minutes: int

    def stored(self) -> dict[str, Any]:
        """As the warning keeps it."""
        return asdict(self)


def language_of(contact: Contact, said: Mapping[str, str]) -> str:
    """In which of the languages of a message somebody gets it: their own, that of the country, English."""
    wanted = (contact.language, texts.first_language(contact.country), texts.FALLBACK)
    return next((one for one in wanted if one and one in said), next(iter(said)))


def reckon(
    people: Iterable[tuple[Contact, Address]],
    said: Mapping[str, str],
    prices: Prices,
    wave_size: int,
    wave_minutes: int,
) -> Reckoning:
    """What it takes to send ``said``, wordings by language, to these people."""
    found = [(contact, address, language_of(contact, said)) for contact, address in people]
    size = {language: segments(compose(text)) for language, text in said.items()}
    phones = [one for one in found if one[1].kind is AddressKind.SMS]
    cost, unpriced = Counter[str](), 0
    for contact, address, language in phones:
        price = prices.get((address.channel, contact.country or "")) or prices.get((address.channel, ""))
        if price:
            cost[price[0]] += price[1] * size[language]
        else:
            unpriced += size[language]
    waves = math.ceil(len(found) / wave_size)
    return Reckoning(
        people=len(found),
        languages=dict(Counter(language for *_, language in found).most_common()),
        sms=len(phones),
        segments=sum(size[language] for *_, language in phones),
        cost=dict(cost),
        unpriced=unpriced,
        waves=waves,
        minutes=max(0, waves - 1) * wave_minutes,
    )


def prices(session: Session) -> dict[tuple[str, str], tuple[str, int]]:
    """What a segment costs that goes out, without the numbers' prefixes, which nobody reads for a preview."""
    rows = session.scalars(
        select(GatewayPrice)
        .where(GatewayPrice.direction == "out")
        .order_by(GatewayPrice.prefix.desc(), GatewayPrice.micros)
    )
    return {(row.gateway, row.country): (row.currency, row.micros) for row in rows}
