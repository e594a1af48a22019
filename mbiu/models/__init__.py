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
from mbiu.models.incident import Authorship, Decision, Incident, Note, Outcome
from mbiu.models.learned import LearnedModel
from mbiu.models.message import Media, Message
from mbiu.models.people import (
    Address,
    Contact,
    LoginAttempt,
    User,
    UserSession,
    VaultEntry,
)
from mbiu.models.place import Place, PlaceEdition
from mbiu.models.record import AuditEntry, AuditHead, Tally
from mbiu.models.report import Correction, Joining, Report

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
    "EarlyReport",
    "Incident",
    "Joining",
    "LearnedModel",
    "LoginAttempt",
    "Media",
    "Message",
    "Model",
    "Note",
    "Outcome",
    "Place",
    "PlaceEdition",
    "Report",
    "Response",
    "Route",
    "RouteRecipient",
    "Tally",
    "User",
    "UserSession",
    "VaultEntry",
    "utcnow",
]
