"""The messages that were issued as an Atom feed (RFC 4287), the newest first. Pure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from mbiu.exchange.message import NAMESPACE

MEDIA_TYPE = "application/atom+xml"
#: The type of a CAP message by itself, as the OASIS registered it.
CAP_TYPE = "application/cap+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_EMPTY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_SHOWN = ("event", "urgency", "severity", "certainty", "expires")


@dataclass(frozen=True)
class Entry:
    """One message: how others name it, where it can be read, and what it says."""

    reference: str
    link: str
    document: str


def text(about: str, entries: Sequence[Entry], following: str | None) -> str:
    """The feed at the address ``about``; ``following`` is the address of what was issued before these."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM, "cap": NAMESPACE})
    made = [_entry(one) for one in entries]
    newest = max((one.findtext(f"{{{_ATOM}}}updated") or "" for one in made), default=_EMPTY.isoformat())
    _add(root, id=about, title="Mbiu: CAP 1.2", updated=newest)
    _add(etree.SubElement(root, f"{{{_ATOM}}}author"), name="Mbiu")
    _link(root, "self", about, MEDIA_TYPE)
    if following:
        _link(root, "next", following, MEDIA_TYPE)
    root.extend(made)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document.decode()


def _entry(one: Entry) -> etree._Element:
    sender, identifier, sent = one.reference.split(",")
    said = etree.fromstring(one.document.encode())
    entry = etree.Element(f"{{{_ATOM}}}entry", nsmap={None: _ATOM, "cap": NAMESPACE})
    title = _first(said, "info/headline") or _first(said, "note")
    _add(entry, id=f"urn:cap:{sender}:{identifier}", title=title, updated=sent.replace("-00:00", "+00:00"))
    _add(entry, summary=_first(said, "info/description") or title)
    _link(entry, "alternate", one.link, CAP_TYPE)
    for name in ("status", "msgType", "references"):
        _cap(entry, name, _first(said, name))
    for name in _SHOWN:
        _cap(entry, name, _first(said, f"info/{name}"))
    _cap(entry, "areaDesc", _first(said, "info/area/areaDesc"))
    return entry


def _first(said: etree._Element, path: str) -> str:
    """The text of an element of the message, in the language that stands first."""
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/"))
    return said.findtext(steps) or ""


def _add(parent: etree._Element, **parts: str) -> None:
    for name, words in parts.items():
        etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = words


def _cap(parent: etree._Element, name: str, words: str) -> None:
    if words:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = words


def _link(parent: etree._Element, rel: str, href: str, media: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", rel=rel, href=href, type=media)
