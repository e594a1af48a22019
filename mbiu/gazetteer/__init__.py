"""Named places and units: what they are called, where they are, and what lies in what."""

from mbiu.gazetteer.lookup import Gazetteer
from mbiu.gazetteer.place import Place

__all__ = ["Gazetteer", "Place"]
