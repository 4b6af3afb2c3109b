"""The OpenAPI document: the same structs that decode requests describe them here.

`operation` gives what FastAPI cannot know of one address, because its endpoints take raw requests;
`complete` adds the schemas. It does not know the endpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec

from foretype.compose.request import Answer
from foretype.privacy.ldp.reports import Report
from foretype.privacy.ldp.summary import Summary
from foretype.serve import messages
from foretype.serve.openai.routes import SHAPES as OPENAI_SHAPES
from foretype.serve.panel.routes import SHAPES as PANEL_SHAPES
from foretype.serve.problem import MEDIA_TYPE, Fault, Problem
from foretype.serve.statistics import CountedReply
from foretype.serve.webhook_routes import SHAPES as WEBHOOK_SHAPES

Json: TypeAlias = dict[str, Any]

REF = "#/components/schemas/{name}"
ALWAYS = (Fault.NO_TOKEN, Fault.FOREIGN_HOST)
SHAPES: tuple[Any, ...] = (
    messages.SuggestBody,
    messages.FeedbackBody,
    messages.LearnBody,
    Answer,
    messages.FeedbackReply,
    messages.LearnReply,
    messages.ForgetReply,
    messages.UserReply,
    messages.PhrasesReply,
    messages.ExportReply,
    messages.AdapterReply,
    messages.AdaptersReply,
    messages.UnloadReply,
    Report,
    CountedReply,
    Summary,
    messages.StatusReply,
    messages.HealthReply,
    messages.Open,
    messages.Edit,
    messages.ChangeContext,
    messages.Feedback,
    messages.Close,
    messages.Opened,
    messages.Suggested,
    messages.LearnedMessage,
    messages.ErrorMessage,
    Problem,
    *WEBHOOK_SHAPES,
    *PANEL_SHAPES,
    *OPENAI_SHAPES,
)


def operation(
    *,
    reply: type | None = None,
    body: type | None = None,
    names: Sequence[str] = (),
    query: type | None = None,
    faults: Sequence[Fault] = (),
) -> Json:
    """The part of an operation that its shapes tell: parameters, body, replies and problems."""
    content = _json(_ref(reply)) if reply else {"text/plain": {"schema": {"type": "string"}}}
    responses: Json = {"200": {"description": "Done", "content": content}}
    for fault in (*faults, *ALWAYS):
        responses[str(fault.status)] = _problem(fault)
    described: Json = {"responses": responses, "parameters": [*map(_path, names), *_query(query)]}
    if body is not None:
        described["requestBody"] = {"required": True, "content": _json(_ref(body))}
    return described


def complete(document: Json) -> Json:
    """FastAPI's document with the schemas of all shapes and the bearer token."""
    _, schemas = msgspec.json.schema_components(SHAPES, ref_template=REF)
    components = {
        "schemas": schemas,
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    }
    for path in document["paths"].values():
        for described in path.values():
            if not (described.get("parameters") or "requestBody" in described):
                described["responses"].pop("422", None)
    return document | {"components": components, "security": [{}, {"token": []}]}


def _ref(shape: type) -> Json:
    return {"$ref": REF.format(name=shape.__name__)}


def _json(schema: Json, media_type: str = "application/json") -> Json:
    return {media_type: {"schema": schema}}


def _problem(fault: Fault) -> Json:
    return {"description": fault.title, "content": _json(_ref(Problem), MEDIA_TYPE)}


def _path(name: str) -> Json:
    longest = messages.MAX_PHRASE_CHARS if name == "phrase" else messages.MAX_ID_CHARS
    schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(shape: type | None) -> list[Json]:
    if shape is None:
        return []
    properties = msgspec.json.schema(shape)["$defs"][shape.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
