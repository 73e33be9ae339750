"""Snowflake's errors, by their numbers, as one sentence of ours with the way out."""

import re

from snowflake.connector import errors

from greenpulse.errors import GreenpulseError, SettingsError, WarehouseUnavailable
from greenpulse.warehouse.snowflake_account import SnowflakeAccount

__all__ = ["ABSENT", "BAD_LINE", "as_ours", "first_line", "is_conflict"]

ABSENT = frozenset({2003, 2043})
"""An object that does not exist, or that this role may not see."""

BAD_LINE = frozenset({100069, 100071, 100080, 100082, 100183})
"""COPY met a line that it cannot read."""

# Lock wait too long, too many waiters, deadlock; and HTTP 500, a stand-in's answer to a conflict.
_CONFLICTS = frozenset({604, 625, 626, 639, 290500})

_REQUEST_ID = re.compile(r"\s*\[[0-9a-f-]{36}\]")

_KEYS = (
    "the key pair is expired, or not that of user {user}: set the user's RSA_PUBLIC_KEY, and "
    "GREENPULSE_SNOWFLAKE_USER and _PRIVATE_KEY_FILE to match; check this machine's clock"
)
_DEPLOY = "run 'greenpulse sql deploy' with the role that deploys"
_GRANT = f"{_DEPLOY}, which grants it to role {{role}}, or set GREENPULSE_SNOWFLAKE_ROLE"
_NO_ACCOUNT = (
    "no such account: want the part before .snowflakecomputing.com in GREENPULSE_WAREHOUSE"
)
_WAREHOUSE = (
    "warehouse {warehouse} is absent, suspended without AUTO_RESUME, or role {role} has no USAGE "
    "of it; resume or grant it, or set GREENPULSE_SNOWFLAKE_WAREHOUSE"
)

# No connection, no answer in time, or a server that is out of order.
_NO_ANSWER = frozenset({250001, 250003, 251011, 290502, 290503, 290504})

# HTTP 403, for which the connector has no number.
_FORBIDDEN = 290403

# Numbers as the connector and public reports of errors name them; no account was at hand.
_WAYS_OUT = {
    _FORBIDDEN: _NO_ACCOUNT,
    290404: _NO_ACCOUNT,
    390100: "user {user} is unknown or not let in; set GREENPULSE_SNOWFLAKE_USER",
    390101: "user {user} is disabled; enable it (ALTER USER … SET DISABLED = FALSE)",
    390102: "user {user} is locked; unlock it (ALTER USER … SET MINS_TO_UNLOCK = 0)",
    390144: _KEYS,
    394300: _KEYS,
    394301: _KEYS,
    394302: _KEYS,
    394303: _KEYS,
    394304: _KEYS,
    394305: _KEYS,
    394306: _KEYS,
    390189: "role {role} is absent or not granted to user {user}; set GREENPULSE_SNOWFLAKE_ROLE",
    390420: "this machine's address is not in the network policy of user {user}; add it there",
    390422: "this machine's address is not in the network policy of user {user}; add it there",
    606: _WAREHOUSE,
    90073: (
        "warehouse {warehouse} is over the quota of its resource monitor; raise the quota, or "
        "wait until it begins anew"
    ),
    90105: (
        "database {database} is absent, or role {role} has no USAGE of it; run the script of "
        "'greenpulse sql print --target snowflake' or grant it"
    ),
    90106: f"a schema is absent, or role {{role}} has no USAGE of it; {_GRANT}",
    2003: f"a table or view is absent, or role {{role}} has no right to it; {_GRANT}",
    2043: f"a table or view is absent, or role {{role}} has no right to it; {_GRANT}",
    3001: f"role {{role}} has no right to do it; {_GRANT}",
    3013: "role {role} is not granted to user {user}; set GREENPULSE_SNOWFLAKE_ROLE",
    904: f"a table is of an older version of GreenPulse; {_DEPLOY}",
    3540: "the database only reads; set GREENPULSE_WAREHOUSE to one that can be written",
}

_OUR_SIDE = {
    251001: "the account is missing; set GREENPULSE_WAREHOUSE=snowflake://ACCOUNT/ENERGY_PROJECT",
    251005: "the user is missing; set GREENPULSE_SNOWFLAKE_USER",
    251006: "the key is missing; set GREENPULSE_SNOWFLAKE_PRIVATE_KEY_FILE",
    251008: "the private key is not one; set GREENPULSE_SNOWFLAKE_PRIVATE_KEY_FILE",
}


def as_ours(error: errors.Error, account: SnowflakeAccount, action: str) -> GreenpulseError:
    """What ``error``, met while ``action`` (in gerund form), means for the caller.

    Returns:
        SettingsError where somebody has to do something first, else WarehouseUnavailable.
    """
    doing = f"{action} '{account}'"
    if isinstance(error, errors.MissingConfigOptionError | errors.ConfigSourceError):
        return SettingsError(
            f"{doing}: GREENPULSE_SNOWFLAKE_USER is not set, and connections.toml has no "
            f"connection '{account.account}' that can be read; set the one or write the other"
        )
    number = _FORBIDDEN if isinstance(error, errors.ForbiddenError) else int(error.errno or -1)
    way_out = _WAYS_OUT.get(number) or _OUR_SIDE.get(number)
    if number in _NO_ANSWER:
        return WarehouseUnavailable(f"{doing}: it does not answer ({number}); it is tried again")
    if way_out is None:
        return WarehouseUnavailable(f"{doing}: {first_line(error)}; it is tried again")
    sentence = way_out.format(
        user=repr(account.user or "of connections.toml"),
        role=repr(account.role or "of the user"),
        warehouse=repr(account.warehouse or "of the user"),
        database=repr(account.database),
    )
    return SettingsError(f"{doing}: {sentence} ({number:06d}: {first_line(error)})")


def is_conflict(error: errors.Error) -> bool:
    """Whether another transaction was in the way, so that all of ours is to be done again."""
    return error.errno in _CONFLICTS


def first_line(error: errors.Error) -> str:
    """The first line of Snowflake's own message, without its number and what changes each time."""
    message = str(error.raw_msg or error.msg or error).strip()
    line = (message.splitlines() or [""])[0]
    return _REQUEST_ID.sub("", line).rstrip(".: ")
