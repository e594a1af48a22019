"""Rotas: who is on duty when, who stands in, and word to both when duty passes on.

`turns` works it out from plain values: an RRULE of RFC 5545 in a time zone, members in turn, holidays,
stand-ins. `duty` reads them from the rows.
"""

from mbiu.rotas.duty import on_duty, planned, roster

__all__ = ["on_duty", "planned", "roster"]
