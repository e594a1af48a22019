"""Where the fonts of printed briefs lie: ``python -m review.assets`` puts them there, from npm."""

import sys
from pathlib import Path

#: DejaVu Sans has the letters of all our languages, Arabic and Luganda's ŋ among them.
NAMES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
FOLDER = Path(sys.prefix) / "share" / "mbiu" / "fonts"


def there() -> bool:
    """Whether they are on this machine."""
    return all((FOLDER / name).is_file() for name in NAMES)
