"""From the errors of botocore and aiohttp to ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from greenpulse.errors import GreenpulseError, SettingsError, StoreUnavailable
from greenpulse.lake.s3_client import NotAnS3
from greenpulse.lake.s3_refusal import Refusal
from greenpulse.lake.s3_silence import what_is_wrong, why_silent

__all__ = ["translated"]


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Raise our errors in place of those of botocore, aiohttp and the clock.

    Args:
        action: What is being done where, in gerund form.

    Raises:
        SettingsError: somebody has to change something; says what.
        StoreUnavailable: the same call may succeed later.
    """
    try:
        yield
    except ClientError as error:
        refusal = Refusal(error)
        kind = StoreUnavailable if refusal.is_passing else SettingsError
        raise _error(kind, action, str(refusal), refusal.way_out) from error
    except (BotoCoreError, aiohttp.ClientError, TimeoutError, NotAnS3, OSError) as error:
        wrong = what_is_wrong(error)
        if wrong is not None:
            raise _error(SettingsError, action, *wrong) from error
        raise _error(StoreUnavailable, action, *why_silent(error)) from error


def _error(kind: type[GreenpulseError], action: str, reason: str, way_out: str) -> GreenpulseError:
    return kind(f"{action}: {reason}; {way_out}" if way_out else f"{action}: {reason}")
