"""The document that describes the JSON, for people and for generators of clients."""

from greenpulse.status import PART_NAMES
from greenpulse.web.half_hour import ActualStatus

__all__ = ["openapi_json"]

_Schema = dict[str, object]


def openapi_json(version: str) -> _Schema:
    """An OpenAPI 3.1 document of the paths under ``/api/v1``."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "GreenPulse",
            "version": version,
            "description": "The carbon intensity of Great Britain's electricity. Times are UTC, "
            "null is not known. Ask as often as every 10 seconds; ETags spare the body.",
            "license": {
                "name": "Data: National Energy System Operator (NESO) Carbon Intensity API, "
                "CC BY 4.0",
                "url": "https://creativecommons.org/licenses/by/4.0/",
            },
        },
        "paths": {
            "/api/v1/now": _get("What is known of this moment", "Now"),
            "/api/v1/half-hours": _get(
                "The half hours that start in [from, to), oldest first",
                "HalfHours",
                parameters=[
                    _moment_parameter("from", "24 hours before this half hour, where absent"),
                    _moment_parameter("to", "48 hours after it, where absent"),
                ],
            ),
            "/api/v1/pipeline": _get("How far this worker's pipeline is", "Pipeline"),
        },
        "components": {
            "schemas": {
                "Now": _object(
                    now_at=_MOMENT,
                    period_start_at=_MOMENT,
                    period_end_at=_MOMENT,
                    forecast_gco2_per_kwh=_nullable("number"),
                    intensity_index=_nullable("string", "In the API's own words"),
                    last_complete={"anyOf": [_reference("HalfHour"), {"type": "null"}]},
                    data_age_seconds=_nullable("number", "Since the newest readable answer"),
                    is_fresh=_BOOLEAN,
                    is_simulated=_BOOLEAN,
                    attribution=_TEXT,
                ),
                "HalfHours": _object(
                    from_at=_MOMENT,
                    to_at=_MOMENT,
                    is_simulated=_BOOLEAN,
                    half_hours=_list(_reference("HalfHour")),
                    attribution=_TEXT,
                ),
                "HalfHour": _object(
                    period_start_at=_MOMENT,
                    period_end_at=_MOMENT,
                    settlement_date={"type": "string", "format": "date"},
                    settlement_period={"type": "integer", "minimum": 1, "maximum": 50},
                    forecast_gco2_per_kwh=_nullable("number"),
                    actual_gco2_per_kwh=_nullable("number"),
                    actual_status={"type": "string", "enum": [word.value for word in ActualStatus]},
                    intensity_gco2_per_kwh=_nullable(
                        "number", "The actual where it is revisable or settled, else the forecast"
                    ),
                    intensity_index=_nullable("string", "In the API's own words"),
                    last_observed_at=_MOMENT,
                ),
                "Pipeline": _object(
                    version=_TEXT,
                    is_leader=_BOOLEAN,
                    is_stopping=_BOOLEAN,
                    is_simulated=_BOOLEAN,
                    parts=_object(**dict.fromkeys(PART_NAMES, _reference("Part"))),
                    partitions=_list(_reference("Partition")),
                    series=_list(_reference("Series")),
                    tables={"type": "object", "additionalProperties": {"type": "object"}},
                ),
                "Part": _object(
                    is_ready=_BOOLEAN, reason=_TEXT, since_at=_nullable("string", "A moment")
                ),
                "Partition": _object(
                    partition=_COUNT,
                    is_assigned=_BOOLEAN,
                    log_end_offset=_nullable("integer", "The offset that comes next"),
                    archived_offset=_nullable("integer", "The last one archived; -1: none"),
                    loaded_offset=_nullable("integer", "The last one loaded"),
                    archive_lag_records=_nullable("integer"),
                    load_lag_records=_nullable("integer"),
                    held_records=_COUNT,
                    held_bytes=_COUNT,
                    oldest_held_seconds={"type": "number"},
                ),
                "Series": _object(
                    series=_TEXT,
                    scheduled_at=_nullable("string", "A moment"),
                    answered_at=_nullable("string", "A moment"),
                    status=_nullable("integer", "Of HTTP; null without an answer"),
                    error=_nullable("string"),
                    ticks_answered=_COUNT,
                    ticks_failed=_COUNT,
                ),
                "Error": _object(error=_TEXT),
            }
        },
    }


_MOMENT: _Schema = {"type": "string", "format": "date-time"}
_BOOLEAN: _Schema = {"type": "boolean"}
_TEXT: _Schema = {"type": "string"}
_COUNT: _Schema = {"type": "integer", "minimum": 0}


def _object(**properties: _Schema) -> _Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: _Schema) -> _Schema:
    return {"type": "array", "items": items}


def _reference(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _nullable(json_type: str, description: str | None = None) -> _Schema:
    schema: _Schema = {"type": [json_type, "null"]}
    return schema if description is None else {**schema, "description": description}


def _get(summary: str, schema: str, parameters: list[_Schema] | None = None) -> _Schema:
    responses = {"200": _response(summary, schema)}
    if parameters:
        responses["400"] = _response("A parameter is no moment", "Error")
    operation_id = schema[0].lower() + schema[1:]
    return {
        "get": {
            "operationId": operation_id,
            "summary": summary,
            "parameters": parameters or [],
            "responses": responses,
        }
    }


def _response(description: str, schema: str) -> _Schema:
    content = {"application/json": {"schema": _reference(schema)}}
    return {"description": description, "content": content}


def _moment_parameter(name: str, description: str) -> _Schema:
    return {"name": name, "in": "query", "description": description, "schema": _MOMENT}
