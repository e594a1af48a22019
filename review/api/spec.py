"""What the OpenAPI document is made from: each view says what it takes, answers and needs."""

from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import abort
from pydantic import BaseModel, ValidationError
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import InType, SecureType, SecuritySchemeData

from mbiu import __version__
from mbiu.tokens import Scope
from review.api.models import Problem
from review.doors import Permission
from review.problems import MEDIA_TYPE, problem

View = Callable[..., Any]

_ABOUT = (
    "Incidents, reports, areas and alerts of a centre for early warning, to read. A token shows what its "
    "scopes and areas allow; what lies outside is answered as if it did not exist. Without the scope `all` "
    "there is what a partner may know: confirmed incidents, places to about 11 km, times to six hours."
)
_SCHEMES = [
    SecurityScheme(
        name="token",
        data=SecuritySchemeData(
            type=SecureType.HTTP,
            scheme="bearer",
            bearer_format="mbiu_…",
            description="Made by an administrator of the centre; shown once.",
        ),
    ),
    SecurityScheme(
        name="session",
        data=SecuritySchemeData(
            type=SecureType.API_KEY,
            name="mbiu",
            field_in=InType.COOKIE,
            description="A log-in of the console.",
        ),
    ),
]


def _refuse(_request: Any, _response: Any, error: Any, _instance: Any, _adapter: Any) -> None:
    """Answer a query that cannot be meant, naming each fault; never with what was sent."""
    if isinstance(error, ValidationError):
        faults = [
            {"parameter": str(one["loc"][0]), "detail": one["msg"]}
            for one in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        abort(problem(400, "The query could not be understood.", errors=faults))


spec = SpecTree(
    "flask",
    mode="strict",
    title="Mbiu",
    version=__version__,
    description=_ABOUT,
    openapi_version="3.1.0",
    security_schemes=_SCHEMES,
    before=_refuse,
    validation_error_status=400,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
)

_REFUSALS = {
    400: "The query could not be understood",
    401: "No token or session, or one that does not hold",
    403: "The token lacks the scope, or the role the permission",
    404: "Nothing of that reference for this caller",
    429: "Too many requests within a minute",
}


#: Media types of answers that are no JSON, by operation.
_MEDIA: dict[str, str] = {}


def operation(
    answer: type[BaseModel] | None, words: str, scope: Scope, *, one: bool = False, media: str = ""
) -> Callable[[View], View]:
    """Describe and guard a view that answers with ``answer`` or, without one, with a text of type ``media``.

    ``one`` says that it may be found missing.
    """
    kinds = {200: answer, 400: Problem, 401: Problem, 403: Problem, 429: Problem}
    if one:
        kinds[404] = Problem
    told = {f"HTTP_{code}": (kind, _REFUSALS.get(code, words)) for code, kind in sorted(kinds.items())}

    def describe(view: View) -> View:
        if media:
            _MEDIA[view.__name__] = media
        described: View = spec.validate(
            resp=Response(**told),
            security=[{"token": [scope.value]}, {"session": []}],
            tags=(scope.value,),
            operation_id=view.__name__,
            path_parameter_descriptions=dict.fromkeys(("ref", "area_id", "number"), "As the list gives it"),
        )(view)
        described.door, described.scope = Permission.SEE, scope  # type: ignore[attr-defined]
        return described

    return describe


@lru_cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document. Needs an app that has the views."""
    made: dict[str, Any] = deepcopy(spec.spec)
    for path in made["paths"].values():
        for method in path.values():
            media = _MEDIA.get(method["operationId"], "")
            for code, answer in method["responses"].items():
                _complete(code, answer, media)
    return made


def _complete(code: str, answer: dict[str, Any], media: str) -> None:
    """What the library cannot say: media types that are no JSON, and the headers."""
    if code == "200" and media:
        answer["content"] = {media: {"schema": {"type": "string"}}}
    if code == "200":
        answer["headers"] = {"ETag": _header("Send it as If-None-Match; 304 says that nothing changed")}
    else:
        answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    if code == "429":
        answer["headers"] = {"Retry-After": _header("Seconds to wait")}


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}
