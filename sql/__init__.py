"""The one SQL dialect, Snowflake's: one object a file; shipped as ``greenpulse.sql``."""
