"""Every setting: its name, unit, default, and why it is so.

Settings are read once, from the environment and a ``.env`` file (the environment
wins); all wrong ones are reported at once, secrets never print.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from greenpulse.addresses import Address, read_address, read_url
from greenpulse.errors import SettingsError

__all__ = ["Setting", "Settings", "SettingValue"]

_LOG_LEVELS = ("debug", "info", "warning", "error")
_BROKERS = ("embedded", "kafka")
_LAKES = ("file", "s3")
_WAREHOUSES = ("duckdb", "snowflake", "none")
_API_URL = "https://api.carbonintensity.org.uk"
_MAX_PORT = 65_535


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


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A setting in force, for people: secrets are ``***``."""

    name: str
    value: str
    origin: str
    """``environment``, ``.env`` or ``default``."""
    unit: str
    why: str


def _number(least: float, example: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number < float("inf"):
            message = f"a number from {least:g} up, such as {example}"
            raise ValueError(message)
        return number

    return read


def _count(least: int, most: int, example: str) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            message = f"a whole number from {least} to {most}, such as {example}"
            raise ValueError(message)
        return int(text)

    return read


def _choice(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in choices:
            message = f"one of {', '.join(choices)}"
            raise ValueError(message)
        return text.lower()

    return read


def _address(*schemes: str, example: str) -> Callable[[str], Address]:
    return lambda text: read_address(text, schemes, example)


def _path(text: str) -> Path:
    if not text or "\0" in text:
        message = "a folder, such as data"
        raise ValueError(message)
    return Path(text)


def _text(text: str) -> str:
    return text


def _setting(  # noqa: PLR0913 - one argument a column of the settings table
    name: str,
    default: str,
    unit: str,
    why: str,
    read: Callable[[str], Any],
    *,
    is_secret: bool = False,
) -> Any:  # noqa: ANN401 - a dataclass field, whose type is the annotation's
    setting = Setting(f"GREENPULSE_{name}", default, unit, why, read, is_secret)
    return field(repr=not is_secret, metadata={"setting": setting})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force. Build it with ``Settings.read``."""

    data: Path = _setting(
        "DATA", "data", "folder", "Where all embedded defaults keep their files.", _path
    )
    broker: Address = _setting(
        "BROKER",
        "embedded://",
        "address",
        "The log: one file and one worker, or kafka://host:9092 and any number of workers.",
        _address(*_BROKERS, example="kafka://localhost:9092"),
    )
    lake: Address = _setting(
        "LAKE",
        "file://",
        "address",
        "Where bronze files go: a folder, or s3://bucket/prefix.",
        _address(*_LAKES, example="s3://greenpulse/lake"),
    )
    warehouse: Address = _setting(
        "WAREHOUSE",
        "duckdb://",
        "address",
        "Where rows go: a DuckDB file, snowflake://ACCOUNT/ENERGY_PROJECT, or none.",
        _address(*_WAREHOUSES, example="duckdb://data/warehouse.duckdb"),
    )
    api_url: str = _setting(
        "API_URL", _API_URL, "address", "Base address of the Carbon Intensity API.", read_url
    )
    poll_seconds: float = _setting(
        "POLL_SECONDS", "10", "seconds", "Period of the heartbeat.", _number(0.1, "10")
    )
    partitions: int = _setting(
        "PARTITIONS",
        "3",
        "partitions",
        "Of each topic when it is created: three families of live data keep three busy.",
        _count(1, 1000, "3"),
    )
    retention_days: float = _setting(
        "RETENTION_DAYS",
        "30",
        "days",
        "How long the polls topic keeps records that are archived.",
        _number(0.01, "30"),
    )
    archive_window_seconds: float = _setting(
        "ARCHIVE_WINDOW_SECONDS",
        "30",
        "seconds",
        "A bronze file is closed this long after its first record came.",
        _number(0.1, "30"),
    )
    archive_max_records: int = _setting(
        "ARCHIVE_MAX_RECORDS",
        "10000",
        "records",
        "A bronze file is closed when it holds so many.",
        _count(1, 10_000_000, "10000"),
    )
    archive_max_bytes: int = _setting(
        "ARCHIVE_MAX_BYTES",
        "8388608",
        "bytes",
        "A bronze file is closed when its records sum up to so much.",
        _count(1, 1 << 30, "8388608"),
    )
    load_seconds: float = _setting(
        "LOAD_SECONDS",
        "",
        "seconds",
        "Loads happen on common multiples of this; 0: as files come (Snowflake: 300).",
        _number(0, "300"),
    )
    lake_verify: str = _setting(
        "LAKE_VERIFY",
        "tail",
        "",
        "full walks and hashes the whole chain at the start.",
        _choice("tail", "full"),
    )
    web_host: str = _setting(
        "WEB_HOST", "127.0.0.1", "address", "Pages are served to this machine alone.", _text
    )
    web_port: int = _setting(
        "WEB_PORT", "6066", "port", "Port of the pages.", _count(1, _MAX_PORT, "6066")
    )
    log_level: str = _setting(
        "LOG_LEVEL", "info", "", "debug shows tracebacks, too.", _choice(*_LOG_LEVELS)
    )
    log_format: str = _setting(
        "LOG_FORMAT",
        "",
        "",
        "text for people, json for programs; text on a terminal, else json.",
        _choice("text", "json"),
    )
    kafka_security_protocol: str = _setting(
        "KAFKA_SECURITY_PROTOCOL",
        "PLAINTEXT",
        "",
        "How to speak to Kafka.",
        lambda text: _choice("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")(text).upper(),
    )
    kafka_sasl_mechanism: str = _setting(
        "KAFKA_SASL_MECHANISM", "", "", "Such as SCRAM-SHA-512.", _text
    )
    kafka_username: str = _setting("KAFKA_USERNAME", "", "", "SASL user.", _text)
    kafka_password: str = _setting(
        "KAFKA_PASSWORD", "", "", "SASL password.", _text, is_secret=True
    )
    kafka_ca_file: str = _setting(
        "KAFKA_CA_FILE", "", "file", "Certificate authority of the brokers.", _text
    )
    s3_endpoint: str = _setting(
        "S3_ENDPOINT", "", "address", "Of MinIO or another S3; AWS where not set.", _text
    )
    s3_access_key: str = _setting(
        "S3_ACCESS_KEY", "", "", "Else the usual AWS chain.", _text, is_secret=True
    )
    s3_secret_key: str = _setting(
        "S3_SECRET_KEY", "", "", "Else the usual AWS chain.", _text, is_secret=True
    )
    s3_region: str = _setting("S3_REGION", "us-east-1", "", "Region of the bucket.", _text)
    snowflake_user: str = _setting("SNOWFLAKE_USER", "", "", "TYPE=SERVICE user.", _text)
    snowflake_role: str = _setting("SNOWFLAKE_ROLE", "", "", "The loader's role.", _text)
    snowflake_warehouse: str = _setting(
        "SNOWFLAKE_WAREHOUSE", "", "", "The loader's virtual warehouse.", _text
    )
    snowflake_private_key_file: str = _setting(
        "SNOWFLAKE_PRIVATE_KEY_FILE", "", "file", "Key pair of the user, PKCS#8.", _text
    )
    snowflake_private_key_passphrase: str = _setting(
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "", "", "Of that file.", _text, is_secret=True
    )
    snowflake_host: str = _setting("SNOWFLAKE_HOST", "", "", "Of a stand-in.", _text)
    snowflake_port: str = _setting("SNOWFLAKE_PORT", "", "port", "Of a stand-in.", _text)
    snowflake_protocol: str = _setting(
        "SNOWFLAKE_PROTOCOL", "", "", "Of a stand-in: http or https.", _text
    )
    snowflake_password: str = _setting(
        "SNOWFLAKE_PASSWORD", "", "", "Of a stand-in.", _text, is_secret=True
    )
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where each setting came from, by name."""

    @classmethod
    def all(cls) -> list[Setting]:
        """Every setting, in the order of this file."""
        return [f.metadata["setting"] for f in fields(cls) if "setting" in f.metadata]

    @classmethod
    def read(cls, environ: Mapping[str, str], dotenv: Mapping[str, str]) -> "Settings":
        """Read all settings; the environment wins over ``dotenv``.

        Raises:
            SettingsError: names each wrong setting, its value, what was expected, an
                example; one a line.
        """
        problems = [
            f"{name} is no setting of GreenPulse: see 'greenpulse settings'"
            for name in sorted({*environ, *dotenv})
            if name.startswith("GREENPULSE_") and not cls._is_known(name)
        ]
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for entry in fields(cls):
            if "setting" not in entry.metadata:
                continue
            setting: Setting = entry.metadata["setting"]
            text, origins[setting.name] = _find(setting, environ, dotenv)
            try:
                values[entry.name] = setting.read(text) if text else None
            except ValueError as error:
                shown = "***" if setting.is_secret else repr(text)
                problems.append(f"{setting.name}={shown}: want {error}")
        if problems:
            raise SettingsError("\n".join(problems))
        return cls(**_with_derived(values), origins=origins)

    @staticmethod
    def _is_known(name: str) -> bool:
        # Tests and Faust itself have names of their own below the same prefix.
        if name.startswith(("GREENPULSE_TEST_", "GREENPULSE_FAUST_")):
            return True
        return name == "GREENPULSE_RECORDED_DATA" or name in {s.name for s in Settings.all()}

    def shown(self) -> list[SettingValue]:
        """All settings in force, secrets as ``***``."""
        rows = []
        for entry in fields(self):
            if "setting" not in entry.metadata:
                continue
            setting: Setting = entry.metadata["setting"]
            value = getattr(self, entry.name)
            text = "" if value is None else str(value)
            if setting.is_secret and text:
                text = "***"
            origin = self.origins.get(setting.name, "default")
            rows.append(SettingValue(setting.name, text, origin, setting.unit, setting.why))
        return rows


def _find(
    setting: Setting, environ: Mapping[str, str], dotenv: Mapping[str, str]
) -> tuple[str, str]:
    for source, origin in ((environ, "environment"), (dotenv, ".env")):
        text = source.get(setting.name, "").strip()
        if text:
            return text, origin
    return setting.default, "default"


def _with_derived(values: dict[str, Any]) -> dict[str, Any]:
    """Fill in what follows from other settings: paths in the data folder, LOAD_SECONDS."""
    data: Path = values["data"]
    values["broker"] = values["broker"].with_default_path(data / "log.sqlite")
    values["lake"] = values["lake"].with_default_path(data / "lake")
    values["warehouse"] = values["warehouse"].with_default_path(data / "warehouse.duckdb")
    if values["load_seconds"] is None:
        values["load_seconds"] = 300.0 if values["warehouse"].scheme == "snowflake" else 0.0
    return {name: "" if value is None else value for name, value in values.items()}
