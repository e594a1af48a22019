"""What Ruth and Peter do at the console, the same whichever way a report came."""

import re

from tests.flow.analyst import Analyst
from tests.flow.wiring import eventually

REF = r"\b{}[0-9A-Z]{{6}}\b"


def ref_in(text: str, letter: str) -> str:
    """The first reference of that letter (R, I or A) in a text."""
    found = re.search(REF.format(letter), text)
    assert found, f"no {letter}-reference in {text!r}"
    return found[0]


def incident_in_queue(analyst: Analyst) -> str:
    """The reference of the only incident, once it stands in the queue."""
    refs = eventually(analyst.incidents, what="the incident in the queue")
    assert len(refs) == 1
    return refs[0]


def verify(analyst: Analyst, ref: str, reason: str) -> str:
    """Open the incident and decide that it is true; the page that follows."""
    analyst.open(f"/incidents/{ref}")
    return analyst.send("/decide", verdict="verified", reason=reason, grade_source="B", grade_information="2")


def send_alert(analyst: Analyst, ref: str, recipient: str) -> None:
    """Look at the preview, which names ``recipient`` by code, and send just that."""
    assert recipient in analyst.open(f"/incidents/{ref}")
    analyst.send("/alert")


def close(analyst: Analyst, ref: str, words: str) -> None:
    """Read the responder's ``words`` and record that the sides were brought to talk."""
    eventually(lambda: words in analyst.open(f"/incidents/{ref}"), what="the responder's words")
    analyst.send("/outcome", done="dialogue", effect="contained", note="The elders of both sides met.")
