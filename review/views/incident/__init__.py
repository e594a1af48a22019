"""The page of one incident: what it shows, and what its forms ask for, one module a subject."""

from review.views.incident import alerting, asking, changing, ending, sequels, showing
from review.views.incident.blueprint import pages

__all__ = ["alerting", "asking", "changing", "ending", "pages", "sequels", "showing"]
