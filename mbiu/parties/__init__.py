"""Never to a party: who must not be told of an incident, why, and who could be in their place."""

from mbiu.parties.barring import Bar, barred, concerned, instead

__all__ = ["Bar", "barred", "concerned", "instead"]
