"""Every setting: its name, unit, default, and why it is so.

Settings are read once, from the environment and a ``.env`` file (the environment
wins); all wrong ones are reported at once, secrets never print.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from greenpulse.addresses import Address, read_url
from greenpulse.errors import SettingsError
from greenpulse.setting import Setting, SettingValue, unknown_names
from greenpulse.setting_readers import (
    read_as_given,
    read_choice,
    read_folder,
    read_host,
    read_number,
    read_part_address,
    read_whole_number,
)

__all__ = ["Setting", "SettingValue", "Settings"]

_API_URL = "https://api.carbonintensity.org.uk"
_SECONDS_A_DAY = 86_400
_DAYS_A_CENTURY = 36_525
_MAX_PORT = 65_535


def _setting(  # noqa: PLR0913 - one argument a column of the settings table
    name: str,
    default: str,
    unit: str,
    why: str,
    read: Callable[[str], Any] = read_as_given,
    *,
    is_secret: bool = False,
) -> Any:  # noqa: ANN401 - a dataclass field, whose type is the annotation's
    setting = Setting(f"GREENPULSE_{name}", default, unit, why, read, is_secret)
    return field(repr=not is_secret, metadata={"setting": setting})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force. Build it with ``Settings.read``."""

    data: Path = _setting(
        "DATA", "data", "folder", "Where all embedded defaults keep their files.", read_folder
    )
    broker: Address = _setting(
        "BROKER",
        "embedded://",
        "address",
        "The log: one file and one worker, or kafka://host:9092 and any number of workers.",
        read_part_address("embedded", "kafka", example="kafka://localhost:9092"),
    )
    lake: Address = _setting(
        "LAKE",
        "file://",
        "address",
        "Where bronze files go: a folder, or s3://bucket/prefix.",
        read_part_address("file", "s3", example="s3://greenpulse/lake"),
    )
    warehouse: Address = _setting(
        "WAREHOUSE",
        "duckdb://",
        "address",
        "Where rows go: a DuckDB file, snowflake://ACCOUNT/ENERGY_PROJECT, or none.",
        read_part_address("duckdb", "snowflake", "none", example="duckdb://data/warehouse.duckdb"),
    )
    api_url: str = _setting(
        "API_URL", _API_URL, "address", "Base address of the Carbon Intensity API.", read_url
    )
    poll_seconds: float = _setting(
        "POLL_SECONDS",
        "10",
        "seconds",
        "Period of the heartbeat: how old the number on the page may get.",
        read_number(0.1, _SECONDS_A_DAY, "10"),
    )
    partitions: int = _setting(
        "PARTITIONS",
        "3",
        "partitions",
        "Of each topic when it is created: three families of polls keep three busy.",
        read_whole_number(1, 1000, "3"),
    )
    retention_days: float = _setting(
        "RETENTION_DAYS",
        "30",
        "days",
        "How long the polls topic keeps records: the time to mend a lake that is away.",
        read_number(0.01, _DAYS_A_CENTURY, "30"),
    )
    archive_window_seconds: float = _setting(
        "ARCHIVE_WINDOW_SECONDS",
        "30",
        "seconds",
        "A bronze file is closed this long after its first record came.",
        read_number(0.1, _SECONDS_A_DAY, "30"),
    )
    archive_max_records: int = _setting(
        "ARCHIVE_MAX_RECORDS",
        "10000",
        "records",
        "A bronze file is closed when it holds so many.",
        read_whole_number(1, 10_000_000, "10000"),
    )
    archive_max_bytes: int = _setting(
        "ARCHIVE_MAX_BYTES",
        "8388608",
        "bytes",
        "A bronze file is closed when its records sum up to so much; a worker holds half as much"
        " again of each of its partitions, at most.",
        read_whole_number(1, 1 << 30, "8388608"),
    )
    load_seconds: float = _setting(
        "LOAD_SECONDS",
        "",
        "seconds",
        "Loads happen on common multiples of this; 0: as files come (Snowflake: 300).",
        read_number(0, _SECONDS_A_DAY, "300"),
    )
    lake_verify: str = _setting(
        "LAKE_VERIFY",
        "tail",
        "",
        "At the start: tail looks at the newest file, full walks and hashes the whole chain.",
        read_choice("tail", "full"),
    )
    web_host: str = _setting(
        "WEB_HOST",
        "127.0.0.1",
        "address",
        "Pages are served to this machine alone; 0.0.0.0 serves everybody.",
        read_host,
    )
    web_port: int = _setting(
        "WEB_PORT", "6066", "port", "Port of the pages.", read_whole_number(1, _MAX_PORT, "6066")
    )
    log_level: str = _setting(
        "LOG_LEVEL",
        "info",
        "",
        "How much the console says; debug shows tracebacks, too.",
        read_choice("debug", "info", "warning", "error"),
    )
    log_format: str = _setting(
        "LOG_FORMAT",
        "",
        "",
        "text for people, json for programs; not set: text on a terminal, else json.",
        read_choice("text", "json"),
    )
    kafka_security_protocol: str = _setting(
        "KAFKA_SECURITY_PROTOCOL",
        "PLAINTEXT",
        "",
        "How to speak to Kafka: SSL encrypts, SASL signs in.",
        read_choice("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
    )
    kafka_sasl_mechanism: str = _setting(
        "KAFKA_SASL_MECHANISM",
        "",
        "",
        "How to sign in to Kafka.",
        read_choice("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"),
    )
    kafka_username: str = _setting("KAFKA_USERNAME", "", "", "SASL user.")
    kafka_password: str = _setting("KAFKA_PASSWORD", "", "", "SASL password.", is_secret=True)
    kafka_ca_file: str = _setting(
        "KAFKA_CA_FILE", "", "file", "Who signed the brokers' certificates; not set: the system's."
    )
    s3_endpoint: str = _setting(
        "S3_ENDPOINT", "", "address", "Of MinIO or another S3; not set: AWS.", read_url
    )
    s3_access_key: str = _setting(
        "S3_ACCESS_KEY", "", "", "Not set: the usual AWS chain.", is_secret=True
    )
    s3_secret_key: str = _setting(
        "S3_SECRET_KEY", "", "", "Not set: the usual AWS chain.", is_secret=True
    )
    s3_region: str = _setting(
        "S3_REGION", "", "", "Of the bucket; not set: the usual AWS chain, else us-east-1."
    )
    snowflake_user: str = _setting("SNOWFLAKE_USER", "", "", "TYPE=SERVICE user.")
    snowflake_role: str = _setting("SNOWFLAKE_ROLE", "", "", "The loader's role.")
    snowflake_warehouse: str = _setting(
        "SNOWFLAKE_WAREHOUSE", "", "", "The loader's virtual warehouse."
    )
    snowflake_credits_a_day: float | str = _setting(
        "SNOWFLAKE_CREDITS_A_DAY",
        "",
        "credits",
        "The most that a day of loads may cost: a worker that would cost more does not start.",
        read_number(0.01, 24, "5"),
    )
    snowflake_seconds_a_load: float = _setting(
        "SNOWFLAKE_SECONDS_A_LOAD",
        "16",
        "seconds",
        "What that is reckoned with: 28 statements of 0.5 s, 2 s to sign in;"
        " 'greenpulse cost' says what yours take.",
        read_number(0.1, 900, "5"),
    )
    snowflake_private_key_file: str = _setting(
        "SNOWFLAKE_PRIVATE_KEY_FILE", "", "file", "Key pair of the user, PKCS#8."
    )
    snowflake_private_key_passphrase: str = _setting(
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "", "", "Of that file.", is_secret=True
    )
    snowflake_host: str = _setting("SNOWFLAKE_HOST", "", "", "Of a stand-in.", read_host)
    snowflake_port: int | str = _setting(
        "SNOWFLAKE_PORT", "", "port", "Of a stand-in.", read_whole_number(1, _MAX_PORT, "8084")
    )
    snowflake_protocol: str = _setting(
        "SNOWFLAKE_PROTOCOL", "", "", "Of a stand-in.", read_choice("http", "https")
    )
    snowflake_password: str = _setting(
        "SNOWFLAKE_PASSWORD", "", "", "Of a stand-in.", is_secret=True
    )
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Where each setting came from, by name."""

    @classmethod
    def all(cls) -> list[Setting]:
        """Every setting, in the order of this file."""
        return list(_settings_by_field().values())

    @classmethod
    def read(
        cls,
        environ: Mapping[str, str],
        dotenv: Mapping[str, str],
        problems: Sequence[str] = (),
    ) -> "Settings":
        """Read all settings; the environment wins over ``dotenv``, an empty text is none.

        Args:
            environ: The environment of the process.
            dotenv: What the ``.env`` file says.
            problems: What is wrong already, to be reported along.

        Raises:
            SettingsError: names each wrong setting, its value, what was expected, an
                example; one a line.
        """
        known = [setting.name for setting in cls.all()]
        found = [*problems, *unknown_names({**dotenv, **environ}, known)]
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for field_name, setting in _settings_by_field().items():
            text, origins[setting.name] = setting.find(environ, dotenv)
            try:
                values[field_name] = setting.read(text) if text else None
            except ValueError as error:
                found.append(setting.problem(text, str(error)))
        found += _without_their_other_half(values)
        if found:
            raise SettingsError("\n".join(found))
        return cls(**_with_derived(values), origins=origins)

    def shown(self) -> list[SettingValue]:
        """All settings in force, secrets as ``***``."""
        return [
            setting.shown(getattr(self, field_name), self.origins.get(setting.name, "default"))
            for field_name, setting in _settings_by_field().items()
        ]


def _settings_by_field() -> dict[str, Setting]:
    return {f.name: f.metadata["setting"] for f in fields(Settings) if "setting" in f.metadata}


def _without_their_other_half(values: Mapping[str, Any]) -> list[str]:
    """Settings that are of no use without another one that is not set."""
    pairs = [("s3_access_key", "s3_secret_key"), ("s3_secret_key", "s3_access_key")]
    protocol = values.get("kafka_security_protocol") or ""
    if protocol.startswith("SASL"):
        pairs.append(("kafka_security_protocol", "kafka_sasl_mechanism"))
    pairs.append(("kafka_sasl_mechanism", "kafka_username"))
    pairs.append(("kafka_sasl_mechanism", "kafka_password"))
    settings = _settings_by_field()
    found = [
        f"{settings[other].name} is not set: {settings[name].name} is of no use without it"
        for name, other in pairs
        if values.get(name) and other in values and not values[other]
    ]
    # Who sets these believes that the way to Kafka is safe.
    for name, part in (
        ("kafka_sasl_mechanism", "SASL"),
        ("kafka_username", "SASL"),
        ("kafka_password", "SASL"),
        ("kafka_ca_file", "SSL"),
    ):
        if values.get(name) and protocol and part not in protocol:
            found.append(
                f"{settings[name].name} is of no use: GREENPULSE_KAFKA_SECURITY_PROTOCOL is "
                f"{protocol}, want one with {part} in it, such as SASL_SSL"
            )
    return found


def _with_derived(values: dict[str, Any]) -> dict[str, Any]:
    """Fill in what follows from other settings: paths in the data folder, LOAD_SECONDS."""
    data: Path = values["data"]
    values["broker"] = values["broker"].with_default_path(data / "log.sqlite")
    values["lake"] = values["lake"].with_default_path(data / "lake")
    values["warehouse"] = values["warehouse"].with_default_path(data / "warehouse.duckdb")
    if values["load_seconds"] is None:
        values["load_seconds"] = 300.0 if values["warehouse"].scheme == "snowflake" else 0.0
    return {name: "" if value is None else value for name, value in values.items()}
