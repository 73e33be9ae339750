"""What can go wrong, grouped by what the caller does next.

GreenpulseError
├── SettingsError         someone has to change a setting or the surroundings; exit 2
├── TransientError        the same call may succeed later: retry it, keep the data
│   ├── BrokerUnavailable
│   ├── StoreUnavailable
│   └── WarehouseUnavailable
└── PermanentError        the same call will fail again: stop this part and say why
    ├── LogMismatch       the chain and the log are not of one origin
    ├── ChainBroken       a bronze file is absent, altered or out of sequence
    ├── SourceMismatch    real answers for a simulated lake, or the other way round
    └── WarehouseMismatch the warehouse feeds on another lake, or refuses a load

Messages name the action in gerund form and quote its object, as in
``claiming 'claims/lake': permission denied``; they say the way out where one exists.
"""

__all__ = [
    "BrokerUnavailable",
    "ChainBroken",
    "GreenpulseError",
    "LogMismatch",
    "PermanentError",
    "SettingsError",
    "SourceMismatch",
    "StoreUnavailable",
    "TransientError",
    "WarehouseMismatch",
    "WarehouseUnavailable",
]


class GreenpulseError(Exception):
    """Base of all errors that GreenPulse raises on purpose."""


class SettingsError(GreenpulseError):
    """A setting, a right or an address is wrong; nothing was touched."""


class TransientError(GreenpulseError):
    """The same call may succeed later: retry it, keep the data."""


class BrokerUnavailable(TransientError):
    """The log cannot be reached or did not acknowledge."""


class StoreUnavailable(TransientError):
    """The object store cannot be reached or did not answer."""


class WarehouseUnavailable(TransientError):
    """The warehouse cannot be reached, is locked, or lost a race for the lease."""


class PermanentError(GreenpulseError):
    """The same call will fail again: stop this part and say why."""


class LogMismatch(PermanentError):
    """The chain in the lake does not stem from this log."""


class ChainBroken(PermanentError):
    """A bronze file is absent, altered, or does not follow the one before."""


class SourceMismatch(PermanentError):
    """A real lake was offered simulated answers, or the other way round."""


class WarehouseMismatch(PermanentError):
    """The warehouse belongs to another lake, or does not hold what its manifest says."""
