"""A made-up stream of messages: seeded, mixed in language, kind and worth, sent through the real intake."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import click

from mbiu.codes import AddressKind
from mbiu.messages import IncomingMessage
from mbiu.refs import new_id

#: (sentence, how often). ``{place}`` is a village or town, ``{n}`` a small and ``{many}`` a larger number.
_SENTENCES: tuple[tuple[str, int], ...] = (
    ("Armed men attacked {place} last night, {n} people killed and houses burnt", 3),
    ("Watu wenye silaha wamevamia {place} usiku, watu {n} wameuawa", 3),
    ("RAID {place} {n} DEAD {many} COWS", 2),
    ("cattle raid near {place} this morning, {many} cows taken, {n} herders injured", 3),
    ("Wizi wa mifugo {place}, ng'ombe {many} wamechukuliwa leo asubuhi", 2),
    ("Mgogoro wa ardhi kati ya wafugaji na wakulima hapa {place}, hali ni tete", 4),
    ("Farmers and herders quarrel over water at {place}, elders are talking to them", 4),
    ("They say youth from the other side plan to come to {place} tomorrow", 3),
    ("Tumesikia kuwa kuna watu watakuja {place} kesho, haijathibitishwa", 3),
    ("Leaflets found in {place} telling some families to leave before Friday", 2),
    ("Police fired teargas at protesters in {place}, {n} injured, many arrested", 2),
    ("Maandamano ya amani {place} leo, hakuna aliyeumia", 2),
    ("{many} families displaced from {place} after fighting, sleeping at the church", 2),
    ("Watu {many} wamekimbia makazi yao {place}", 2),
    ("Peace meeting at {place} went well, both sides agreed to return the cattle", 2),
    ("Two children missing since yesterday near {place}, people fear abduction", 1),
    ("Floods at {place}, {many} houses under water", 1),
    ("Kuna vurugu sokoni, watu wanapigana", 2),
    ("fighting here pls send help", 2),
    ("Habari za asubuhi, nawatakia kazi njema", 3),
    ("Hello, is this number working?", 2),
    ("Asante kwa ujumbe wenu", 2),
)
_PLACES = (
    "Bwera", "Kasese", "Kotido", "Panyangara", "Moroto", "Kaabong", "Kapedo", "Baragoi", "Marsabit", "Isiolo",
    "Garsen", "Lodwar", "Kiteto", "Loliondo", "Kilosa", "Tarime", "Mbarali", "Wete", "Pibor", "Bor", "Akobo",
    "Malakal", "Torit", "Yei",
)  # fmt: skip


@dataclass(frozen=True)
class Stream:
    """Endless messages of ``senders`` people; the same ``seed`` gives the same texts and senders."""

    seed: int = 1
    senders: int = 40
    channel: str = "simulator"

    def __iter__(self) -> Iterator[IncomingMessage]:
        chance = random.Random(self.seed)  # noqa: S311 - made-up texts, no secrets
        sentences, weights = zip(*_SENTENCES, strict=True)
        while True:
            sentence = chance.choices(sentences, weights)[0]
            text = sentence.format(
                place=chance.choice(_PLACES), n=chance.randint(2, 9), many=chance.randint(12, 300)
            )
            yield IncomingMessage(
                channel=self.channel,
                kind=AddressKind.SMS,
                provider_id=str(new_id()),
                # No country has the code 999, so none of these can be the number of somebody real.
                sender=f"+99970{chance.randrange(self.senders):07d}",
                text=text,
                country="UG",
            )


@click.command()
@click.option("--count", default=50, show_default=True, help="how many messages")
@click.option("--rate", default=2.0, show_default=True, help="messages a second")
@click.option("--senders", default=40, show_default=True, help="how many different phones")
@click.option("--seed", default=1, show_default=True, help="the same seed gives the same stream")
def simulate(count: int, rate: float, senders: int, seed: int) -> None:
    """Send made-up messages through the real intake, as an exercise."""
    from mbiu import intake
    from mbiu.db import transaction

    stream, started = iter(Stream(seed, senders)), time.monotonic()
    for number in range(count):
        ahead = started + number / rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        message = next(stream)
        with transaction() as session:
            received = intake.receive(session, message)
        click.echo(f"{received.ref or '-':8} {message.text}")
