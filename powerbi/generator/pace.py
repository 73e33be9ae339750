"""How fast data move: what a page may ask, and when it calls them old."""

__all__ = ["HALF_HOUR_MINUTES", "LOAD_MINUTES", "OLD_AFTER_MINUTES"]

LOAD_MINUTES = 5
"""How often rows come to Snowflake by default: to ask more often costs and shows nothing."""

OLD_AFTER_MINUTES = 3 * LOAD_MINUTES
"""When two loads have failed to come."""

HALF_HOUR_MINUTES = 30
"""How often forecasts, mix and regions change."""
