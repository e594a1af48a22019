"""What the beginning of a Luganda verb says: whether it is denied, still to come, or a plain infinitive."""

import re

from mbiu.analysis.swahili import Tense, Verb

_OBJECT = r"(?:n|m|tu|tw|ku|kw|mu|mw|ba|gu|gi|li|ga|ki|bi|ka|bu|zi|lu|ee|e)?"
_SUBJECT = (
    r"(?:n|m|nn|mm|tu|tw|o|w|mu|mw|a|y|ba|b|be|bee|e|gu|gw|gi|gy|li|ly|ga|g|ki|ky|bi|by"
    r"|ka|k|bu|bw|ku|kw|zi|z|lu|lw)"
)
_PREFIX = re.compile(
    rf"(?:(?P<infinitive>(?:n|e|ng)?(?:oku|okw|ku|kw|okwe|okwee)(?P<not>ta)?)"
    rf"|(?P<no>te|ti|si|ta|te?ba)?[aeo]?{_SUBJECT}?(?P<tense>naa|nna|na|lii|li|ka|aa|a|e|ee)?){_OBJECT}"
)
_FUTURE = ("naa", "nna", "na", "li", "lii")


def read(prefix: str, stem: str) -> Verb | None:
    """The verb that ``prefix`` makes of ``stem``, or None where it is no verb's beginning."""
    match = _PREFIX.fullmatch(prefix)
    if match is None or not prefix:
        return None
    tense: Tense = "none"
    if match["infinitive"]:
        tense = "infinitive"
    elif match["tense"] in _FUTURE:
        tense = "future"
    return Verb(stem, tense, bool(match["no"] or match["not"]))
