"""How long anything waits for a broker that may be away."""

__all__ = ["PATIENCE_SECONDS"]

PATIENCE_SECONDS = 3.0
"""At a flush, a commit, and the stop of a client, which by themselves wait without an end."""
