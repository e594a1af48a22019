"""Whether a report speaks of an incident: join it, take it out again, keep the two apart."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from mbiu import linking, parting
from mbiu.refs import normal_ref
from review import forms
from review.changes import do
from review.doors import Permission, actor, door

pages = Blueprint("joins", __name__, url_prefix="/incidents/<ref>")


def _reason() -> str:
    return request.form.get("reason", "")[:2000]


def _named(field: str) -> str:
    return normal_ref(request.form.get(field, "")[:20])


@pages.post("/join")
@door(Permission.DECIDE)
def join(ref: str) -> ResponseReturnValue:
    """Take up a proposal: the report named goes into the incident named, one of them this page's."""

    def change(db: Session, _ref: str) -> str:
        report, into = _named("report"), _named("into")
        linking.join(db, actor(), report, into, _reason())
        return _("%(report)s is now part of %(into)s.", report=report, into=into)

    return do(ref, change)


@pages.post("/undo")
@door(Permission.DECIDE)
def undo(ref: str) -> ResponseReturnValue:
    """Take out a report that was joined."""

    def change(db: Session, ref: str) -> str:
        report = forms.report(db, ref)
        fresh = linking.undo(db, actor(), report.ref, _reason())
        return _(
            "%(report)s is out again, in %(fresh)s. The machine will not join the two any more.",
            report=report.ref,
            fresh=fresh.ref,
        )

    return do(ref, change)


@pages.post("/part")
@door(Permission.DECIDE)
def part(ref: str) -> ResponseReturnValue:
    """Make a report of a message that was taken for more of another."""

    def change(db: Session, ref: str) -> str:
        fresh = parting.part(db, actor(), ref, forms.message())
        return _("That message is now report %(fresh)s; both are read again.", fresh=fresh)

    return do(ref, change)


@pages.post("/apart")
@door(Permission.DECIDE)
def apart(ref: str) -> ResponseReturnValue:
    """Say that a proposal is wrong."""

    def change(db: Session, _ref: str) -> str:
        report, into = _named("report"), _named("into")
        linking.keep_apart(db, actor(), report, into)
        return _("%(report)s and %(into)s stay apart.", report=report, into=into)

    return do(ref, change)
