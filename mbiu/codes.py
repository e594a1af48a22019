"""The closed vocabularies of the work: what a report can be, and the states things pass through.

The words are those of the Common Alerting Protocol 1.2 (severity, urgency, certainty), of the
Admiralty system (grades) and, for event types, the nearest ACLED sub-events.
"""

from enum import IntEnum, StrEnum


class EventType(StrEnum):
    """What happened. ``UNKNOWN`` means the text does not say; ``NONE`` that nothing is reported."""

    ARMED_CLASH = "armed_clash"
    ATTACK = "attack"
    SEXUAL_VIOLENCE = "sexual_violence"
    ABDUCTION = "abduction"
    EXPLOSION = "explosion"
    CATTLE_RAID = "cattle_raid"
    MOB_VIOLENCE = "mob_violence"
    RIOT = "riot"
    PROTEST = "protest"
    CRACKDOWN = "crackdown"
    DESTRUCTION = "destruction"
    DISPLACEMENT = "displacement"
    ARRESTS = "arrests"
    MOBILISATION = "mobilisation"
    THREAT = "threat"
    HATE_SPEECH = "hate_speech"
    DISPUTE = "dispute"
    RUMOUR = "rumour"
    PEACE = "peace"
    CRIME = "crime"
    HAZARD = "hazard"
    NONE = "none"
    UNKNOWN = "unknown"


class Driver(StrEnum):
    """What feeds the conflict. A report may name any number."""

    LAND = "land"
    CATTLE = "cattle"
    WATER_PASTURE = "water_pasture"
    ELECTION = "election"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    BORDER = "border"
    MINERALS = "minerals"
    POLITICS = "politics"
    YOUTH_GANG = "youth_gang"
    GENDER = "gender"
    REVENGE = "revenge"


class Severity(StrEnum):
    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"
    EXTREME = "extreme"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for unknown, then 1 (minor) to 4 (extreme)."""
        return {"unknown": 0, "minor": 1, "moderate": 2, "severe": 3, "extreme": 4}[self.value]


class Urgency(StrEnum):
    IMMEDIATE = "immediate"
    EXPECTED = "expected"
    FUTURE = "future"
    PAST = "past"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    OBSERVED = "observed"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for unknown, then 1 (unlikely) to 4 (observed)."""
        return {"unknown": 0, "unlikely": 1, "possible": 2, "likely": 3, "observed": 4}[self.value]


class Priority(StrEnum):
    """P1 is to be acted on now; P4 can wait."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Precision(StrEnum):
    """How exactly a place is known, finest first."""

    EXACT = "exact"
    NEAR = "near"
    VILLAGE = "village"
    WARD = "ward"
    DISTRICT = "district"
    REGION = "region"
    COUNTRY = "country"
    NONE = "none"


class Role(StrEnum):
    ANALYST = "analyst"
    CUSTODIAN = "custodian"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


class ContactRole(StrEnum):
    FOCAL_POINT = "focal_point"
    COMMITTEE = "committee"
    SUPERVISOR = "supervisor"
    RESPONDER = "responder"
    UNKNOWN = "unknown"


class ResponderClass(StrEnum):
    """What somebody who acts on alerts is: steps, quorums and figures go by it."""

    MEDIATOR = "mediator"
    ELDER = "elder"
    RELIGIOUS_LEADER = "religious_leader"
    PEACE_COMMITTEE = "peace_committee"
    POLICE_LIAISON = "police_liaison"
    LOCAL_ADMINISTRATION = "local_administration"
    SECURITY = "security"
    HEALTH = "health"
    REFERRAL_SERVICE = "referral_service"
    NGO = "ngo"
    COORDINATOR = "coordinator"
    PARTNER = "partner"
    OTHER = "other"


class Wish(StrEnum):
    """When a person wants to hear from us: unasked, only in answer to a message, or not at all."""

    PUSH = "push"
    PULL = "pull"
    NEVER = "never"


class Lane(IntEnum):
    """In which order reports are read: people we know, strangers, and what exceeds a limit."""

    KNOWN = 0
    STRANGER = 1
    FLOOD = 2


class GatewayState(StrEnum):
    """``OFF`` is a person's wish; the others are what the last minutes say."""

    UP = "up"
    SLOW = "slow"
    DOWN = "down"
    OFF = "off"


class AddressKind(StrEnum):
    """How an address is reached. One phone number is one ``SMS`` address, whichever gateway.

    ``EMAIL`` is a mail address, ``WEBHOOK`` a partner's own server.
    """

    SMS = "sms"
    TELEGRAM = "telegram"
    EMAIL = "email"
    WEBHOOK = "webhook"


class MessageState(StrEnum):
    RECEIVED = "received"
    HANDLED = "handled"
    QUARANTINED = "quarantined"


class ReportState(StrEnum):
    RECEIVED = "received"
    READ = "read"
    JOINED = "joined"


class JoiningState(StrEnum):
    """What became of the thought that a report speaks of an incident."""

    PROPOSED = "proposed"
    JOINED = "joined"
    UNDONE = "undone"


class IncidentState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    REFUTED = "refuted"
    UNVERIFIABLE = "unverifiable"
    ALERTED = "alerted"
    CLOSED = "closed"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"


class DeliveryState(StrEnum):
    """``UNKNOWN`` is sent, with a word of the provider since that we do not understand."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def rank(self) -> int:
        """Deliveries only move to a higher rank, so late or repeated call-backs change nothing."""
        return {
            "queued": 0,
            "sending": 1,
            "sent": 2,
            "unknown": 3,
            "failed": 4,
            "expired": 4,
            "delivered": 5,
        }[self.value]


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    CANCELLED = "cancelled"


class RumourVerdict(StrEnum):
    """What a rumour was found to be; `mbiu.rumours.REDUCED` says what each means for its incident."""

    TRUE = "true"
    MOSTLY_TRUE = "mostly_true"
    EXAGGERATED = "exaggerated"
    OUTDATED = "outdated"
    MISPLACED = "misplaced"
    OUT_OF_CONTEXT = "out_of_context"
    UNPROVEN = "unproven"
    MOSTLY_FALSE = "mostly_false"
    FALSE = "false"


class Verdict(StrEnum):
    VERIFIED = "verified"
    REFUTED = "refuted"
    UNVERIFIABLE = "unverifiable"
    MERGED = "merged"
    REOPENED = "reopened"
    WARNED = "warned"


class Answer(StrEnum):
    """A responder's one-word reply to an alert."""

    ACK = "ack"
    GO = "go"
    DONE = "done"
    CANNOT = "cannot"
