"""The same for programs: incidents, reports, areas and alerts as JSON, described by an OpenAPI document.

A token opens what its scopes name; a session of the console opens what its user may see. Nothing is changed
by these addresses.
"""

from review.api import alerts, areas, cap, description, incidents, reports
from review.api.blueprint import pages

__all__ = ["alerts", "areas", "cap", "description", "incidents", "pages", "reports"]
