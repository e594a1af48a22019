"""A message of the Common Alerting Protocol 1.2 (OASIS, July 2010) as values, and these as XML. Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
#: What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Pairs = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """What a message is to those before it."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


@dataclass(frozen=True)
class Area:
    """Where: in words, as a circle (latitude, longitude in degrees, radius in km) and by P-code."""

    description: str
    circle: tuple[float, float, float] | None = None
    pcode: str | None = None


@dataclass(frozen=True)
class Info:
    """What is told, in one language."""

    language: str
    category: str
    event: str
    response: str
    urgency: str
    severity: str
    certainty: str
    codes: Pairs
    onset: dt.datetime | None
    expires: dt.datetime
    headline: str
    description: str
    instruction: str
    parameters: Pairs
    area: Area


@dataclass(frozen=True)
class Message:
    """One message. ``references`` name those before it, as ``sender,identifier,sent``."""

    identifier: str
    sender: str
    sent: dt.datetime
    kind: Kind
    exercise: bool
    restriction: str
    note: str
    references: tuple[str, ...]
    incident: str
    infos: tuple[Info, ...]


def reference(sender: str, identifier: str, sent: dt.datetime) -> str:
    """How a later message names this one."""
    return f"{sender},{identifier},{moment(sent)}"


def moment(at: dt.datetime) -> str:
    """To the second, with the offset of its own zone; UTC is ``-00:00``, and never ``Z``."""
    text = at.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def circle(lat: float, lon: float, radius: float) -> str:
    """``lat,lon radius``: latitude first, unlike GeoJSON."""
    return f"{lat:.4f},{lon:.4f} {radius:.1f}"


def element(message: Message) -> etree._Element:
    """The message as ``<alert>``, its parts in the order of the schema."""
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(
        root,
        ("identifier", message.identifier),
        ("sender", message.sender),
        ("sent", moment(message.sent)),
        ("status", "Exercise" if message.exercise else "Actual"),
        ("msgType", message.kind.value),
        ("scope", "Restricted"),
        ("restriction", message.restriction),
        ("note", message.note),
        ("references", " ".join(message.references)),
        ("incidents", message.incident),
    )
    for info in message.infos:
        _info(etree.SubElement(root, f"{{{NAMESPACE}}}info"), info)
    return root


def _info(parent: etree._Element, info: Info) -> None:
    _add(
        parent,
        ("language", info.language),
        ("category", info.category),
        ("event", info.event),
        ("responseType", info.response),
        ("urgency", info.urgency),
        ("severity", info.severity),
        ("certainty", info.certainty),
    )
    _pairs(parent, "eventCode", info.codes)
    _add(
        parent,
        ("onset", moment(info.onset) if info.onset else ""),
        ("expires", moment(info.expires)),
        ("senderName", "Mbiu"),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
    )
    _pairs(parent, "parameter", info.parameters)
    area = etree.SubElement(parent, f"{{{NAMESPACE}}}area")
    _add(area, ("areaDesc", info.area.description))
    if info.area.circle:
        _add(area, ("circle", circle(*info.area.circle)))
    if info.area.pcode:
        _pairs(area, "geocode", (("PCODE", info.area.pcode),))


def _pairs(parent: etree._Element, name: str, pairs: Pairs) -> None:
    for key, value in pairs:
        _add(etree.SubElement(parent, f"{{{NAMESPACE}}}{name}"), ("valueName", key), ("value", value))


def _add(parent: etree._Element, *parts: tuple[str, str]) -> None:
    """Elements with text; what has no text is left out."""
    for name, text in parts:
        if text:
            etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = _FORBIDDEN.sub("", text)


def text(root: etree._Element) -> str:
    """The document as text, with its declaration."""
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document.decode()
