"""The way into the house: every page of it that the user may open, with what stands there."""

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from review.doors import Permission, door, may
from review.views.house.blueprint import pages


@dataclass(frozen=True)
class Room:
    """A page of the house."""

    endpoint: str
    name: LazyString
    what: LazyString
    permission: Permission


#: In groups, in the order in which a centre sets itself up.
ROOMS: tuple[tuple[LazyString, tuple[Room, ...]], ...] = (
    (
        _("Who"),
        (
            Room(
                "users.show", _("Users"), _("who may log in, as what, and for which areas"), Permission.USERS
            ),
            Room(
                "tokens.show",
                _("Tokens"),
                _("which programs of partners may read, and what"),
                Permission.USERS,
            ),
            Room(
                "routes.show", _("Routes"), _("which incidents go to whom, step by step"), Permission.ROUTES
            ),
            Room(
                "rotas.show",
                _("Rotas"),
                _("who is on duty, in turn, and who stands in"),
                Permission.ROUTES,
            ),
            Room(
                "gateways.show",
                _("Gateways"),
                _("how SMS come and go, with a test send"),
                Permission.GATEWAYS,
            ),
        ),
    ),
    (
        _("What counts"),
        (
            Room(
                "house.priorities",
                _("Priorities"),
                _("what comes first, and when it is due"),
                Permission.HOUSE,
            ),
            Room("house.words", _("Words"), _("what words mean here, and names of groups"), Permission.HOUSE),
            Room("codes.show", _("Codes"), _("short codes that reporters may write"), Permission.FEEDBACK),
        ),
    ),
    (
        _("What we say"),
        (
            Room(
                "house.texts",
                _("Texts"),
                _("every text sent to people, in each language"),
                Permission.FEEDBACK,
            ),
            Room(
                "digests.show",
                _("Briefs"),
                _("who is kept abreast of an area, each day or each week"),
                Permission.ROUTES,
            ),
            Room(
                "feedback.show", _("Feedback"), _("what those who report hear from us"), Permission.FEEDBACK
            ),
        ),
    ),
    (
        _("Where and when"),
        (
            Room(
                "house.places",
                _("Gazetteer"),
                _("bring in places from a file, after a dry run"),
                Permission.HOUSE,
            ),
            Room(
                "house.population", _("Population"), _("how many people live in each area"), Permission.HOUSE
            ),
            Room(
                "house.calendar",
                _("Calendar"),
                _("elections, feasts, markets, seasons of raids"),
                Permission.HOUSE,
            ),
        ),
    ),
    (
        _("Safety"),
        (
            Room(
                "house.retention",
                _("Retention"),
                _("when data is deleted, and what goes next"),
                Permission.HOUSE,
            ),
            Room("house.exercise", _("Exercise"), _("mark all that comes in as exercise"), Permission.HOUSE),
            Room("audit.show", _("Audit"), _("who did what, and whether the record holds"), Permission.AUDIT),
        ),
    ),
)


@pages.get("")
@door(Permission.HOUSE)
def show() -> ResponseReturnValue:
    """The rooms that the user may enter."""
    groups = [(title, [room for room in rooms if may(room.permission)]) for title, rooms in ROOMS]
    return render_template("pages/house/front.html", groups=[pair for pair in groups if pair[1]])
