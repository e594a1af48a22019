"""Choosing a language before anybody has logged in."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from review.links import own_path
from review.security import YEAR, is_https
from review.tongues import COOKIE, LANGUAGES

pages = Blueprint("language", __name__)


@pages.post("/language")
def choose() -> ResponseReturnValue:
    """Remember a language in this browser and go back to where it was chosen."""
    wanted = request.form.get("language", "")
    response = redirect(own_path(request.form.get("back", "")) or url_for("login.show"))
    if wanted in LANGUAGES:
        response.set_cookie(COOKIE, wanted, max_age=YEAR, secure=is_https(), httponly=True, samesite="Lax")
    return response
