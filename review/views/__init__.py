"""The pages, one module a subject."""

from flask import Blueprint

from review.views import (
    account,
    alerts,
    api,
    audit,
    codes,
    feedback,
    gateways,
    health,
    incident,
    joins,
    leftovers,
    login,
    maps,
    media,
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
    media.pages,
    joins.pages,
    leftovers.pages,
    alerts.pages,
    maps.pages,
    people.pages,
    routes.pages,
    gateways.pages,
    codes.pages,
    feedback.pages,
    audit.pages,
    users.pages,
    phone.pages,
    api.pages,
)
