"""The path for survivors: sexual violence, and children who were harmed. Pure.

Few people see such an incident, and those who help survivors are told of it in place of police, security and
administration, in words that tell nothing again: whoever is told asks the house, not the survivor.
"""

from mbiu import texts
from mbiu.analysis import tables
from mbiu.codes import EventType, ResponderClass
from mbiu.gazetteer.names import WORD, fold
from mbiu.models import Incident

#: Who may be told without an exception that two people agree on.
TOLD = frozenset({ResponderClass.REFERRAL_SERVICE, ResponderClass.HEALTH, ResponderClass.COORDINATOR})
#: Who is told in place of everybody else, where a route leads to none of `TOLD`.
HELPERS = (ResponderClass.REFERRAL_SERVICE, ResponderClass.HEALTH)
#: What a child is the survivor of when the words name one: the machine marks these, a person any other.
_OF_CHILDREN = frozenset(
    {EventType.ABDUCTION.value, EventType.MOBILISATION.value, EventType.SEXUAL_VIOLENCE.value}
)
#: The parts of a path from the country to the district.
_DISTRICT_DEPTH = 3


def is_survivor(incident: Incident) -> bool:
    """Whether an incident takes the path for survivors, stored or only imagined."""
    of_violence = EventType.SEXUAL_VIOLENCE.value in {incident.event_type, *(incident.other_types or ())}
    return bool(incident.child) or of_violence


def tells_of_child(text: str, types: set[str]) -> bool:
    """Whether the words name a child and the types are ones by which children come to harm."""
    if types.isdisjoint(_OF_CHILDREN):
        return False
    words = tables.grammar("child")
    return any(fold(match.group()) in words for match in WORD.finditer(text))


def wording(language: str, ref: str, area: str | None, *, exercise: bool = False) -> str:
    """The alert: that somebody needs help in an area, and nothing of what happened or to whom.

    ``area`` is the name of the district, never of the village; None where none is known.
    """
    mark = texts.say(language, "alert.exercise") if exercise else ""
    where = area or texts.say(language, "survivor.area_unknown")
    said = texts.say(language, "survivor.sms", mark=mark, ref=ref, area=where)
    return " ".join(said.split())


def district(area_path: str) -> str:
    """The path of the district, at the most, that a survivor's area is told by."""
    parts = [part for part in area_path.split("/") if part][:_DISTRICT_DEPTH]
    return "/" + "".join(f"{part}/" for part in parts)
