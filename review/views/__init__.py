"""The pages, one module a subject."""

from flask import Blueprint

from review.views import (
    account,
    alerts,
    api,
    audit,
    health,
    incident,
    joins,
    leftovers,
    login,
    maps,
    notices,
    people,
    phone,
    queue,
    routes,
    users,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.pages,
    login.pages,
    account.pages,
    notices.pages,
    queue.pages,
    incident.pages,
    joins.pages,
    leftovers.pages,
    alerts.pages,
    maps.pages,
    people.pages,
    routes.pages,
    audit.pages,
    users.pages,
    phone.pages,
    api.pages,
)
