"""The path for survivors: sexual violence, and children who were harmed. Pure.

Few people see such an incident, and those who help survivors are told of it in place of police, security and
administration, in words that tell nothing again: whoever is told asks the house, not the survivor.
"""

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
