"""The description of this interface."""

from typing import Any

from review.api.blueprint import pages
from review.api.spec import document
from review.doors import Permission, door


@pages.get("/openapi.json")
@door(Permission.ACCOUNT)
def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document, for every token and every user."""
    return document()
