"""Digests: a brief of an area for those who keep others abreast, each day or each week.

`news` counts, `gathering` finds what is counted, `saying` puts it into words, `printing` on paper,
`subscribing` keeps who gets it, and `sending` sends it.
"""

from mbiu.digests.sending import look, preview
from mbiu.digests.subscribing import KINDS, Wanted, end, next_due, save

__all__ = ["KINDS", "Wanted", "end", "look", "next_due", "preview", "save"]
