"""The tables, one file an aggregate."""

from mbiu.models.alert import (
    Alert,
    Delivery,
    EarlyReport,
    Response,
)
from mbiu.models.answer import AnswerLink, Sequel
from mbiu.models.area import AreaShape, WallScreen
from mbiu.models.base import Model, utcnow
from mbiu.models.bulletin import Bulletin
from mbiu.models.escalation import EscalationCheck, StepTaken
from mbiu.models.figure import DayCounted, DayFigure, DayTimes, MonthCounted, MonthFigure, MonthTimes
from mbiu.models.gateway import (
    Gateway,
    GatewayChange,
    GatewayCost,
    GatewayPrice,
    GatewayRoute,
    GatewayTry,
    Pause,
)
from mbiu.models.house import (
    AreaPopulation,
    Deletion,
    HouseSetting,
    HouseWord,
    HouseWordVersion,
    Occasion,
    PlaceImport,
)
from mbiu.models.incident import Authorship, Decision, Incident, Note, NoteMention
from mbiu.models.learned import LearnedModel
from mbiu.models.message import Attachment, Media, Message
from mbiu.models.outcome import FollowUp, Outcome, OutcomeBy
from mbiu.models.party import Affiliation, PartyOverride, Suspect
from mbiu.models.people import (
    BY_USE,
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
from mbiu.models.queue import BulkAction, BulkRow, SavedFilter
from mbiu.models.record import AuditEntry, AuditHead, Tally
from mbiu.models.report import Correction, Joining, Report, ReportCode, ReportTerms
from mbiu.models.reveal import Reveal
from mbiu.models.rota import Digest, Rota, RotaMember, RotaOverride
from mbiu.models.route import EscalationChain, Proposal, Route, RuleVersion
from mbiu.models.rumour import CounterMessage, Rumour
from mbiu.models.token import ApiToken
from mbiu.models.training import Drill, DrillMember, SimulatorPhone
from mbiu.models.warning import AreaWarning, ProtectiveText, WarningRecipient
from mbiu.models.wording import FeedbackRule, Notice, Wording

__all__ = [
    "BY_USE",
    "Address",
    "Affiliation",
    "Alert",
    "AnswerLink",
    "ApiToken",
    "AreaPopulation",
    "AreaShape",
    "AreaWarning",
    "Attachment",
    "AuditEntry",
    "AuditHead",
    "Authorship",
    "BulkAction",
    "BulkRow",
    "Bulletin",
    "Contact",
    "Correction",
    "CounterMessage",
    "DayCounted",
    "DayFigure",
    "DayTimes",
    "Decision",
    "Deletion",
    "Delivery",
    "Digest",
    "Drill",
    "DrillMember",
    "EarlyReport",
    "Erasure",
    "EscalationChain",
    "EscalationCheck",
    "FeedbackRule",
    "FollowUp",
    "Gateway",
    "GatewayChange",
    "GatewayCost",
    "GatewayPrice",
    "GatewayRoute",
    "GatewayTry",
    "HouseSetting",
    "HouseWord",
    "HouseWordVersion",
    "Incident",
    "JoinWord",
    "Joining",
    "LearnedModel",
    "LoginAttempt",
    "Media",
    "Message",
    "Model",
    "MonthCounted",
    "MonthFigure",
    "MonthTimes",
    "Note",
    "NoteMention",
    "Notice",
    "Occasion",
    "Outcome",
    "OutcomeBy",
    "PartyOverride",
    "Pause",
    "Place",
    "PlaceEdition",
    "PlaceImport",
    "Proposal",
    "ProtectiveText",
    "Report",
    "ReportCode",
    "ReportTerms",
    "Response",
    "Reveal",
    "Rota",
    "RotaMember",
    "RotaOverride",
    "Route",
    "RuleVersion",
    "Rumour",
    "SavedFilter",
    "Sequel",
    "SimulatorPhone",
    "StepTaken",
    "Suspect",
    "Tally",
    "User",
    "UserSession",
    "VaultEntry",
    "WallScreen",
    "WarningRecipient",
    "Wording",
    "utcnow",
]
