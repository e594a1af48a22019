"""Our codes in the words of the Common Alerting Protocol 1.2 and of ACLED, the conflict event register."""

from mbiu.codes import Certainty, EventType, Urgency

#: Categories of CAP; whatever is not named is a matter of security.
_CATEGORIES = {
    EventType.HAZARD: "Env",
    EventType.DISPLACEMENT: "Safety",
    EventType.SEXUAL_VIOLENCE: "Health",
    EventType.PEACE: "Other",
}

#: The nearest sub-event of ACLED's code book, where there is one.
_ACLED = {
    EventType.ARMED_CLASH: "Armed clash",
    EventType.ATTACK: "Attack",
    EventType.ABDUCTION: "Abduction/forced disappearance",
    EventType.EXPLOSION: "Remote explosive/landmine/IED",
    EventType.CATTLE_RAID: "Looting/property destruction",
    EventType.MOB_VIOLENCE: "Mob violence",
    EventType.RIOT: "Violent demonstration",
    EventType.PROTEST: "Peaceful protest",
    EventType.CRACKDOWN: "Excessive force against protesters",
    EventType.DESTRUCTION: "Looting/property destruction",
    EventType.PEACE: "Agreement",
}

#: Certainty, the surest first.
_ORDER = (Certainty.OBSERVED, Certainty.LIKELY, Certainty.POSSIBLE, Certainty.UNLIKELY)
#: What the credibility of information (Admiralty 1 to 6) says of certainty.
_BY_INFORMATION = {
    1: Certainty.OBSERVED,
    2: Certainty.LIKELY,
    3: Certainty.POSSIBLE,
    4: Certainty.UNLIKELY,
    5: Certainty.UNLIKELY,
}
#: The most that a source of this reliability can make of it.
_MOST = {"D": Certainty.LIKELY, "E": Certainty.POSSIBLE, "F": Certainty.LIKELY}


def category(event_type: EventType) -> str:
    """The category of CAP."""
    return _CATEGORIES.get(event_type, "Security")


def event_codes(event_type: EventType) -> tuple[tuple[str, str], ...]:
    """The kind of event by our own name and, where there is one, by ACLED's."""
    acled = _ACLED.get(event_type)
    own = ("MBIU", event_type.value)
    return (own, ("ACLED", acled)) if acled else (own,)


def certainty(
    grade: tuple[str, int], told: Certainty, urgency: Urgency, *, verified: bool = True
) -> Certainty:
    """How sure it is, from the grades of source (A to F) and information (1 to 6) of the Admiralty system.

    ``told`` is what the reports say; it counts where nobody graded (F6). What has not happened yet is at most
    likely, what is not verified at most possible.
    """
    source, information = grade
    found = _BY_INFORMATION.get(information, Certainty.UNKNOWN)
    if (source, information) == ("F", 6):
        found = told
    found = _at_most(found, _MOST.get(source, Certainty.OBSERVED) if information != 6 else found)
    if urgency in {Urgency.FUTURE, Urgency.EXPECTED}:
        found = _at_most(found, Certainty.LIKELY)
    return found if verified else _at_most(found, Certainty.POSSIBLE)


def _at_most(found: Certainty, most: Certainty) -> Certainty:
    if Certainty.UNKNOWN in {found, most}:
        return found
    return max(found, most, key=_ORDER.index)
