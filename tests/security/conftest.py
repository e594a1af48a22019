"""Every test of a promise has an installation of its own."""

import pytest

from mbiu import db
from mbiu.settings import Settings


@pytest.fixture(autouse=True)
def installation(settings: Settings) -> Settings:
    db.engine()
    return settings
