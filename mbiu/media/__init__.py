"""Files that came with messages: fetched, hashed, sealed into the store, made anew for the screen, erased."""

from mbiu.media.erasing import erase, sweep
from mbiu.media.fetching import GIVE_UP_AFTER, LEASE, MAX_BYTES, alone, claim, fetch_due

__all__ = ["GIVE_UP_AFTER", "LEASE", "MAX_BYTES", "alone", "claim", "erase", "fetch_due", "sweep"]
