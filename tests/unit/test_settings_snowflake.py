"""Which accounts and databases GREENPULSE_WAREHOUSE may name: what works without quotes."""

import pytest
from click.testing import CliRunner

from greenpulse.commands.settings import settings_command
from greenpulse.settings import Settings


def refusal(address: str) -> str:
    """The one sentence that a command says of it."""
    result = CliRunner().invoke(settings_command, env={"GREENPULSE_WAREHOUSE": address})
    assert (result.exit_code, result.stdout) == (2, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


@pytest.mark.parametrize("database", ["ENERGY_PROJECT", "energy_project2", "_X", "A$1", "X" * 240])
@pytest.mark.parametrize("account", ["acme-prod", "xy12345.eu-central-1", "my connection"])
def test_an_account_or_a_connection_and_a_database_are_taken_as_they_are(
    account: str, database: str
) -> None:
    for text in (f"snowflake://{account}/{database}", f"snowflake://{account}/{database}/"):
        address = Settings.read({"GREENPULSE_WAREHOUSE": text}, {}).warehouse
        assert address.location == f"{account}/{database}"


@pytest.mark.parametrize(
    "location", ["acme", "acme/", "/X", "acme.snowflakecomputing.com/ENERGY_PROJECT"]
)
def test_an_address_of_another_form_is_refused(location: str) -> None:
    sentence = refusal(f"snowflake://{location}")

    assert location in sentence
    assert "want snowflake://ACCOUNT/ENERGY_PROJECT, where ACCOUNT is what stands" in sentence


@pytest.mark.parametrize(
    "database",
    ["a b", "x;drop", "X/Y", '"X"', "1X", "$X", "ÄNDERUNG", "X²", "x-y", "x.y", "X" * 241],
)
def test_a_database_that_snowflake_takes_in_quotes_alone_is_refused(database: str) -> None:
    sentence = refusal(f"snowflake://acme/{database}")

    assert database in sentence
    assert "letters A to Z, digits, _ and $, the first no digit and no $" in sentence
