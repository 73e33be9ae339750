"""One setting: what is known of it, where its text is found, how it is shown."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

__all__ = ["Setting", "SettingValue", "unknown_names"]

_PREFIX = "GREENPULSE_"

# What others set below our prefix: tests, Faust (main gives it its prefix), and Kubernetes
# and Docker, which tell every neighbour of a service "greenpulse" where it is.
_FOREIGN = re.compile(
    rf"{_PREFIX}(TEST_.*|FAUST_.*|RECORDED_DATA)=.*"
    rf"|{_PREFIX}(SERVICE_(HOST|PORT)(_.*)?|PORT_\d+_(TCP|UDP)(_.*)?)=.*"
    rf"|{_PREFIX}PORT=(tcp|udp)://.*",
    re.DOTALL,
)
# What of Faust's keeps data from being lost, and main sets: the environment would win.
_FIXED = frozenset(
    f"{_PREFIX}FAUST_{name}"
    for name in (
        "AGENT_SUPERVISOR",
        "CONSUMER_AUTO_OFFSET_RESET",
        "PROCESSING_GUARANTEE",
        "STREAM_WAIT_EMPTY",
    )
)


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting in force, for people: secrets are ``***``."""

    name: str
    value: str
    """As one would write it in the environment; empty: not set."""
    origin: str
    """``environment``, ``.env`` or ``default``."""
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a setting before anybody sets it."""

    name: str
    default: str
    """As one would write it in the environment; empty: not set."""
    unit: str
    why: str
    read: Callable[[str], Any]
    """Text to value; raises ValueError with what was expected and an example."""
    is_secret: bool = False

    def find(self, environ: Mapping[str, str], dotenv: Mapping[str, str]) -> tuple[str, str]:
        """Text and origin: the environment, else ``dotenv``, else the default."""
        for source, origin in ((environ, "environment"), (dotenv, ".env")):
            text = source.get(self.name, "").strip()
            if text:
                return text, origin
        return self.default, "default"

    def problem(self, text: str, expected: str) -> str:
        """Sentence on a ``text`` that is wrong; what may be a password is not in it."""
        without_user = re.sub(r"://.*@", "://***@", text)
        without_query = re.sub(r"(://[^?]*\?).*", r"\1***", without_user)
        quoted = "***" if self.is_secret else repr(without_query)
        return f"{self.name}={quoted}: want {expected}"

    def shown(self, value: object, origin: str) -> SettingValue:
        """The setting with ``value`` in force."""
        text = f"{value:.15g}" if isinstance(value, float) else str(value)
        masked = "***" if self.is_secret and text else text
        return SettingValue(self.name, masked, origin, self.unit, self.why)


def unknown_names(given: Mapping[str, str], known: Sequence[str]) -> list[str]:
    """One sentence for each name in ``given`` that begins like a setting and is none."""
    fixed = [
        f"{name}: with another value than GreenPulse's records would be lost; unset it"
        for name in sorted(_FIXED & given.keys())
    ]
    unknown = [
        f"{name} is no setting of GreenPulse: {_way_out(name, known)}"
        for name, text in sorted(given.items())
        if name.startswith(_PREFIX)
        and name not in known
        and not _FOREIGN.fullmatch(f"{name}={text}")
    ]
    return [*fixed, *unknown]


def _way_out(name: str, known: Sequence[str]) -> str:
    # Without the prefix, which makes all names alike.
    tails = [other.removeprefix(_PREFIX) for other in known]
    near = get_close_matches(name.removeprefix(_PREFIX), tails, n=1, cutoff=0.6)
    return f"did you mean {_PREFIX}{near[0]}?" if near else "see 'greenpulse settings'"
