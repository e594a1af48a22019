"""Every text that is sent to people, by group: what is the centre's own, what no language says yet."""

from flask import render_template
from flask.typing import ResponseReturnValue

from mbiu import texts as catalogue
from mbiu.db import transaction
from mbiu.feedback import wordings
from mbiu.texts.catalogue import missing
from review.doors import Permission, door
from review.views.house.blueprint import pages


@pages.get("/texts")
@door(Permission.FEEDBACK)
def texts() -> ResponseReturnValue:
    """All texts; each leads to the page on which it is changed, with preview and count of segments."""
    with transaction() as db:
        own = {at[:2] for at in wordings.own(db)}
    languages = catalogue.languages()
    english = catalogue.wordings(catalogue.FALLBACK)
    return render_template(
        "pages/house/texts.html",
        groups=wordings.grouped(),
        english=english,
        own=own,
        languages=languages,
        missing={(key, code) for code in languages for key in missing(code)},
        names=catalogue.names(),
    )
