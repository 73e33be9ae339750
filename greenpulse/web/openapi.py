"""The document that describes the JSON, for people and for generators of clients."""

__all__ = ["openapi_json"]


def openapi_json(version: str) -> dict[str, object]:
    """An OpenAPI 3.1 document of the paths under ``/api/v1``."""
    return {"openapi": "3.1.0", "info": {"title": "GreenPulse", "version": version}, "paths": {}}
