"""The tables, one file an aggregate."""

from mbiu.models.alert import (
    Alert,
    Delivery,
    EarlyReport,
    Response,
    Route,
    RouteRecipient,
)
from mbiu.models.base import Model, utcnow
from mbiu.models.gateway import (
    Gateway,
    GatewayChange,
    GatewayCost,
    GatewayPrice,
    GatewayRoute,
    GatewayTry,
    Pause,
)
from mbiu.models.incident import Authorship, Decision, Incident, Note, Outcome
from mbiu.models.learned import LearnedModel
from mbiu.models.message import Media, Message
from mbiu.models.people import (
    Address,
    Contact,
    Erasure,
    JoinWord,
    LoginAttempt,
    User,
    UserSession,
    VaultEntry,
)
from mbiu.models.place import Place, PlaceEdition
from mbiu.models.record import AuditEntry, AuditHead, Tally
from mbiu.models.report import Correction, Joining, Report, ReportCode
from mbiu.models.training import Drill, SimulatorPhone
from mbiu.models.wording import FeedbackRule, Notice, Wording

__all__ = [
    "Address",
    "Alert",
    "AuditEntry",
    "AuditHead",
    "Authorship",
    "Contact",
    "Correction",
    "Decision",
    "Delivery",
    "Drill",
    "EarlyReport",
    "Erasure",
    "FeedbackRule",
    "Gateway",
    "GatewayChange",
    "GatewayCost",
    "GatewayPrice",
    "GatewayRoute",
    "GatewayTry",
    "Incident",
    "JoinWord",
    "Joining",
    "LearnedModel",
    "LoginAttempt",
    "Media",
    "Message",
    "Model",
    "Note",
    "Notice",
    "Outcome",
    "Pause",
    "Place",
    "PlaceEdition",
    "Report",
    "ReportCode",
    "Response",
    "Route",
    "RouteRecipient",
    "SimulatorPhone",
    "Tally",
    "User",
    "UserSession",
    "VaultEntry",
    "Wording",
    "utcnow",
]
