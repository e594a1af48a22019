"""What the ending of a French verb says."""

_TO_COME = tuple(
    end + person for end in ("er", "ir", "dr", "ttr") for person in ("ai", "a", "ons", "ez", "ont")
)


def to_come(word: str) -> bool:
    """Whether a word that begins with a known stem is a future form: ``attaqueront``."""
    return word.endswith(_TO_COME)
