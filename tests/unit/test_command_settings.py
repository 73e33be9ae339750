"""``settings``: what is in force, where it came from, and never a secret."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from greenpulse.commands.settings import settings_command
from greenpulse.settings import Settings

pytestmark = pytest.mark.usefixtures("working_directory")

SECRETS = [setting.name for setting in Settings.all() if setting.is_secret]


def test_people_see_every_setting_with_value_origin_unit_and_why() -> None:
    Path(".env").write_text("GREENPULSE_POLL_SECONDS=20\n", encoding="utf-8")

    result = CliRunner().invoke(settings_command, [], env={"GREENPULSE_WEB_PORT": "7000"})

    rows = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert result.exit_code == 0
    assert set(rows) >= {setting.name for setting in Settings.all()}
    assert rows["GREENPULSE_POLL_SECONDS"].split()[1:4] == ["20", ".env", "seconds"]
    assert rows["GREENPULSE_WEB_PORT"].split()[1:4] == ["7000", "environment", "port"]
    assert rows["GREENPULSE_WEB_PORT"].rstrip().endswith("Port of the pages.")
    assert rows["GREENPULSE_S3_ENDPOINT"].split()[1:4] == ["not", "set", "default"]


def test_programs_read_the_same_as_json() -> None:
    result = CliRunner().invoke(settings_command, ["--json"])

    settings = {row["name"]: row for row in json.loads(result.stdout)}
    assert list(settings) == [setting.name for setting in Settings.all()]
    assert settings["GREENPULSE_POLL_SECONDS"] == {
        "name": "GREENPULSE_POLL_SECONDS",
        "value": "10",
        "origin": "default",
        "unit": "seconds",
        "why": "Period of the heartbeat: how old the number on the page may get.",
    }
    assert settings["GREENPULSE_S3_ENDPOINT"]["value"] is None


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_secrets_are_shown_as_stars(options: list[str]) -> None:
    secrets = dict.fromkeys(SECRETS, "hunter2")
    signed_in = {
        "GREENPULSE_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "GREENPULSE_KAFKA_SASL_MECHANISM": "PLAIN",
        "GREENPULSE_KAFKA_USERNAME": "me",
    }

    result = CliRunner().invoke(settings_command, options, env={**secrets, **signed_in})

    assert result.exit_code == 0
    assert "hunter2" not in result.output
    assert result.stdout.count("***") == len(SECRETS)


def test_all_that_is_wrong_is_said_at_once_on_stderr_with_exit_code_2() -> None:
    Path(".env").write_text(
        "GREENPULSE_WEB_PORT=http\nGREENPULSE_KAFKA_PASSWORD hunter2\n", encoding="utf-8"
    )

    result = CliRunner().invoke(settings_command, [], env={"GREENPULSE_BROKR": "embedded://"})

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "reading '.env': line 2 is not NAME=value, such as GREENPULSE_POLL_SECONDS=10",
        "GREENPULSE_BROKR is no setting of GreenPulse: did you mean GREENPULSE_BROKER?",
        "GREENPULSE_WEB_PORT='http': want a whole number from 1 to 65535, such as 6066",
    ]


def test_looking_at_the_settings_makes_nothing() -> None:
    CliRunner().invoke(settings_command, [])

    assert list(Path().iterdir()) == []


def test_help_has_an_example() -> None:
    assert "Example: greenpulse settings" in CliRunner().invoke(settings_command, ["--help"]).stdout
