"""One setting: what is known of it, where its text is found, how it is shown."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

__all__ = ["Setting", "SettingValue", "unknown_names"]

_PREFIX = "GREENPULSE_"

# Names below our prefix that others own: tests, Faust (main sets its prefix), and the
# addresses that Kubernetes and Docker give to the neighbours of a service "greenpulse".
_FOREIGN_NAME = re.compile(
    _PREFIX + r"(TEST_.*|FAUST_.*|RECORDED_DATA|SERVICE_(HOST|PORT)(_.*)?|PORT_\d+_(TCP|UDP)(_.*)?)"
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
        quoted = "***" if self.is_secret else repr(re.sub(r"://[^/]*@", "://***@", text))
        return f"{self.name}={quoted}: want {expected}"

    def shown(self, value: object, origin: str) -> SettingValue:
        """The setting with ``value`` in force."""
        text = f"{value:.15g}" if isinstance(value, float) else str(value)
        masked = "***" if self.is_secret and text else text
        return SettingValue(self.name, masked, origin, self.unit, self.why)


def unknown_names(names: Iterable[str], known: Sequence[str]) -> list[str]:
    """One sentence for each of ``names`` that begins like a setting and is none."""
    return [
        f"{name} is no setting of GreenPulse: {_way_out(name, known)}"
        for name in names
        if name.startswith(_PREFIX) and name not in known and not _FOREIGN_NAME.fullmatch(name)
    ]


def _way_out(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.8)
    return f"did you mean {near[0]}?" if near else "see 'greenpulse settings'"
