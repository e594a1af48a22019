"""What a plan is: who would be told, in which step, in what words, and who not and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from mbiu.codes import AddressKind, ResponderClass


@dataclass(frozen=True)
class Recipient:
    """Someone who would be told: the address, the step of the chain, the words, and by which routes.

    ``key`` names the words among `mbiu.alerting.contents`; ``segments`` is what they cost as SMS.
    """

    contact_id: UUID
    code: str
    address_id: UUID
    channel: str
    kind: AddressKind
    language: str
    responder_class: ResponderClass | None
    step: int
    text: str
    segments: int
    routes: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Quorum:
    """So many people of one class have to take an alert before its escalation stops."""

    responder_class: ResponderClass
    count: int


@dataclass(frozen=True)
class PlannedStep:
    """A step of the merged chains. Numbers count from 1 without gaps; ``after`` is minutes since the start.

    ``wait_minutes`` run from this step to the next; within them the step is told anew ``repeats`` times,
    each ``repeat_minutes`` after the last. An empty ``quorum`` is met by one acknowledgement of anybody.
    Outside ``hours`` (from, to: full hours in the zone of the house, over midnight where from is later) the
    step is passed over. Who is on duty in ``rotas`` is asked when the step is taken. With ``again`` everybody
    of the steps before is told once more. A ``shut`` one is going to be passed over as the clock stands.
    """

    number: int
    after: int
    wait_minutes: int
    quorum: tuple[Quorum, ...] = ()
    repeats: int = 0
    repeat_minutes: int = 0
    hours: tuple[int, int] | None = None
    rotas: tuple[UUID, ...] = ()
    again: bool = False
    shut: bool = False


@dataclass(frozen=True)
class LeftOut:
    """Somebody whom a fitting route names and who is not told; ``why`` is part of an English sentence.

    Who is ``barred`` must not learn of it; the ``alternatives`` are code names of others of the same class.
    """

    contact_id: UUID
    code: str
    responder_class: ResponderClass | None
    why: str
    alternatives: tuple[str, ...] = ()
    barred: bool = False


@dataclass(frozen=True)
class Rule:
    """A route with its chain, and which versions of them a plan was made by."""

    route_id: UUID
    route: str
    version: int
    chain_id: UUID
    chain: str
    chain_version: int


@dataclass(frozen=True)
class Plan:
    """Who would get what when, and who not and why. Each of ``recipients`` is told once, when first named.

    ``words`` are all texts of the alert by key (`mbiu.alerting.contents`), one line for each language among
    them; the ``text`` of a recipient is as it leaves.
    """

    recipients: tuple[Recipient, ...]
    omitted: tuple[LeftOut, ...] = ()
    rules: tuple[Rule, ...] = ()
    steps: tuple[PlannedStep, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def routes(self) -> tuple[str, ...]:
        """The names of the routes that are meant for the incident."""
        return tuple(rule.route for rule in self.rules)

    @property
    def ends(self) -> int:
        """Minutes from the start until the final step, if nobody answers."""
        open_ones = [one for one in self.steps if not one.shut]
        return open_ones[-1].after + open_ones[-1].wait_minutes if open_ones else 0

    @property
    def is_empty(self) -> bool:
        """Whether nobody would be told, by name or by a rota."""
        return not self.recipients and not any(one.rotas for one in self.steps)

    @property
    def versions(self) -> list[dict[str, object]]:
        """What the audit keeps of the rules: ids and versions."""
        return [
            {"route": one.route_id, "version": one.version, "chain": one.chain_id, "of": one.chain_version}
            for one in self.rules
        ]

    @property
    def left_out(self) -> tuple[tuple[str, str], ...]:
        """Code name and reason of whom a fitting route names and nobody tells."""
        return tuple((one.code, one.why) for one in self.omitted)

    def step(self, number: int) -> list[Recipient]:
        """Whom a step tells: its own people, and with ``again`` also those of the open steps before."""
        numbers = {number}
        if any(one.again for one in self.steps if one.number == number):
            numbers |= {one.number for one in self.steps if one.number < number and not one.shut}
        return [one for one in self.recipients if one.step in numbers]
