"""The page at /docs: the OpenAPI document as plain HTML, without a script or anything from elsewhere.

It does not know the addresses; whatever the document holds is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """\
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 54rem; margin: 3rem auto; padding: 0 1.25rem; }
h1 { font-weight: 600; letter-spacing: -0.02em; }
h2 { font-size: 1.15rem; margin-top: 3rem; }
section { border-top: 1px solid var(--line); padding: 1.1rem 0; }
code { font: 0.92em/1.5 ui-monospace, monospace; }
h3 { margin: 0 0 0.3rem; font-size: 1rem; }
h3 b { display: inline-block; min-width: 4.5rem; color: #2563eb; }
@media (prefers-color-scheme: dark) { h3 b { color: #8ab4ff; } }
p { margin: 0.3rem 0; }
table { border-collapse: collapse; width: 100%; }
td { padding: 0.25rem 0.75rem 0.25rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; }
"""


SIGNS = {
    "minimum": "≥",
    "maximum": "≤",
    "exclusiveMinimum": ">",
    "minLength": "length ≥",
    "maxLength": "length ≤",
}


def docs_page(document: dict[str, Any]) -> str:
    """The whole page as HTML."""
    return "\n".join(_lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>foretype: HTTP reference</title>'
    yield '<meta name="viewport" content="width=device-width">'
    yield '<link rel="stylesheet" href="/docs/style.css"></head>'
    yield f"<body><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield '<p>Every address of this server. For tools: <a href="/openapi.json">openapi.json</a>.</p>'
    for path, operations in document["paths"].items():
        for method, described in operations.items():
            yield from _operation(method, path, described)
    yield "<h2>Shapes</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema)
    yield "</body></html>"


def _operation(method: str, path: str, described: dict[str, Any]) -> Iterator[str]:
    yield f"<section><h3><b>{escape(method.upper())}</b><code>{escape(path)}</code></h3>"
    yield f"<p>{escape(described.get('description', ''))}</p>"
    if "requestBody" in described:
        yield f"<p>Body: {_content(described['requestBody'])}</p>"
    yield "<table>"
    for status, response in sorted(described["responses"].items()):
        yield f"<tr><td><code>{escape(status)}</code></td><td>{escape(response['description'])}"
        yield f" {_content(response)}</td></tr>"
    yield "</table></section>"


def _schema(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<section id="{escape(name)}"><h3>{escape(name)}</h3>'
    yield f"<p>{escape(schema.get('description', ''))}</p><table>"
    for member, shape in schema.get("properties", {}).items():
        is_needed = " (required)" if member in schema.get("required", ()) else ""
        yield f"<tr><td><code>{escape(member)}</code>{is_needed}</td><td>{_shape(shape)}</td></tr>"
    yield "</table></section>"


def _content(part: dict[str, Any]) -> str:
    return " ".join(_shape(content["schema"]) for content in part.get("content", {}).values())


def _shape(schema: dict[str, Any]) -> str:
    """A schema in a few words; shapes are links to where they stand."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_shape, schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    return escape(_scalar(schema))


def _scalar(schema: dict[str, Any]) -> str:

    parts = [str(schema.get("type", "anything"))]
    parts += [f"{sign} {schema[key]}" for key, sign in SIGNS.items() if key in schema]
    if schema.get("default") not in (None, ""):
        parts.append(f"default {schema['default']}")
    return ", ".join(parts)
