"""Places from a file: uploaded, looked through by a worker, applied when somebody says so."""

from uuid import UUID

from flask import render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu.db import transaction
from mbiu.house import bringing
from mbiu.refusals import NotPossible
from review.doors import Permission, actor, door
from review.views.house.blueprint import done, pages

#: What stands around a file in a form.
_MARGIN = 64 * 1024


@pages.record_once
def _make_room(state: BlueprintSetupState) -> None:
    """Let a file of places be larger than any other form, before anything reads the form."""

    def look() -> None:
        if request.endpoint == "house.bring_places":
            request.max_content_length = bringing.LARGEST + _MARGIN

    state.app.before_request_funcs.setdefault(None, []).insert(0, look)


@pages.get("/places")
@door(Permission.HOUSE)
def places() -> ResponseReturnValue:
    """The files that were brought, with what was found in each."""
    with transaction() as db:
        files, edition = bringing.listed(db), bringing.edition(db)
    return render_template(
        "pages/house/places.html", files=files, edition=edition, formats=list(bringing.FORMATS)
    )


@pages.post("/places")
@door(Permission.HOUSE)
def bring_places() -> ResponseReturnValue:
    """Take a file to be looked through."""
    form, country = request.form.get("format", ""), request.form.get("country", "")
    given = request.files.get("file")

    def act(db: Session) -> str:
        if given is None:
            raise NotPossible("Choose a file.")
        bringing.bring(db, actor(), form, country, given.read(bringing.LARGEST + 1))
        return _("The file is being looked through. Nothing is changed before you say so.")

    return done(act, "house.places")


@pages.post("/places/<uuid:import_id>")
@door(Permission.HOUSE)
def decide_places(import_id: UUID) -> ResponseReturnValue:
    """Load a file that was looked through, or drop it."""

    def act(db: Session) -> str:
        wanted = "apply" in request.form
        bringing.decide(db, actor(), import_id, apply=wanted)
        return _("The places are being loaded.") if wanted else _("The file is dropped.")

    return done(act, "house.places")
