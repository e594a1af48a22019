"""Never to a party: who must not be told of an incident, why, and who could be in their place."""

from mbiu.parties.barring import SURVIVOR, Bar, barred, concerned, instead

__all__ = ["SURVIVOR", "Bar", "barred", "concerned", "instead"]
