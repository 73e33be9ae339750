"""Just enough of JSON Schema to hold an OpenAPI document against what is answered."""

from datetime import date, datetime
from typing import Any

__all__ = ["complaints"]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_FORMATS = {"date-time": datetime.fromisoformat, "date": date.fromisoformat}


def complaints(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> list[str]:  # noqa: ANN401 - JSON
    """Where ``value`` is not as ``schema`` of ``document`` has it.

    Raises:
        ValueError: a text is not of its format.
    """
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        schema = document["components"]["schemas"][name]
    if "anyOf" in schema:
        found = [complaints(value, option, document) for option in schema["anyOf"]]
        return [] if [] in found else found[0]
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(_is_of(value, name) for name in named):
        return [f"want {named}, got {value!r}"]
    match value:
        case str():
            return _text_complaints(value, schema)
        case list():
            return [c for item in value for c in complaints(item, schema["items"], document)]
        case dict() if "properties" in schema:
            return _object_complaints(value, schema, document)
    return []


def _is_of(value: object, name: str) -> bool:
    # In Python, a bool is an int.
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _text_complaints(value: str, schema: dict[str, Any]) -> list[str]:
    if schema.get("format"):
        _FORMATS[schema["format"]](value)
    allowed = schema.get("enum", [value])
    return [] if value in allowed else [f"want one of {allowed}, got {value!r}"]


def _object_complaints(
    value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any]
) -> list[str]:
    if set(value) != set(schema["required"]):
        return [f"want {sorted(schema['required'])}, got {sorted(value)}"]
    properties = schema["properties"].items()
    return [c for name, inner in properties for c in complaints(value[name], inner, document)]
