"""The addresses under ``/api/v1``, behind a guard of their own."""

from flask import Blueprint

from review.api import callers

pages = Blueprint("api", __name__, url_prefix="/api/v1")
pages.before_request(callers.guard)
pages.after_request(callers.finish)
