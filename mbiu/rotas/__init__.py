"""Rotas: who is on duty when, who stands in, and word to both when duty passes on.

`turns` works it out from plain values: an RRULE of RFC 5545 in a time zone, members in turn, holidays,
stand-ins. `duty` reads them from the rows, `keeping` changes them, `telling` writes to the people.
"""

from mbiu.rotas.duty import on_duty, planned, roster, rosters
from mbiu.rotas.keeping import Cover, Wanted, save, stand_in, take_back
from mbiu.rotas.telling import look

__all__ = [
    "Cover", "Wanted", "look", "on_duty", "planned", "roster", "rosters", "save", "stand_in", "take_back",
]  # fmt: skip
