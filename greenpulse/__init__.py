"""GreenPulse: the carbon intensity of Great Britain's electricity, provably once."""

from typing import Any

from greenpulse.version import __version__

__all__ = ["__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    """Build the Faust app on first use, so that ``faust -A greenpulse`` works.

    Importing a record or a pure function of the package stays free of side effects.
    """
    if name == "app":
        from greenpulse.main import current_app  # noqa: PLC0415 - see above

        return current_app()
    message = f"module 'greenpulse' has no attribute {name!r}"
    raise AttributeError(message)
