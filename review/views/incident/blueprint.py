"""The blueprint that the modules of the page hang their views on."""

from flask import Blueprint

pages = Blueprint("incident", "review.views.incident", url_prefix="/incidents/<ref>")
