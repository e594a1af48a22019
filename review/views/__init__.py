"""The pages, one module a subject."""

from flask import Blueprint

from review.views import account, alerts, audit, health, incident, login, maps, people, queue

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.pages,
    login.pages,
    account.pages,
    queue.pages,
    incident.pages,
    alerts.pages,
    maps.pages,
    people.pages,
    audit.pages,
)
