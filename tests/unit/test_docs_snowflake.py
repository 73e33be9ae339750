"""What docs/snowflake.md tells a new user to type is there, and removes all that it made."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from faust.cli.base import cli

import greenpulse.main  # noqa: F401 - adds the commands
from greenpulse.commands.sql import sql_command
from greenpulse.settings import Settings
from greenpulse.warehouse.scripts import account_script, deployment_scripts

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "snowflake.md").read_text()
BLOCKS = re.findall(r"(?:^    .*\n|^\n(?=    ))+", TEXT, re.MULTILINE)
WORDS = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", TEXT)]
TYPED = "\n".join([*BLOCKS, *WORDS])
CREATED = re.findall(
    r"^create (resource monitor|warehouse|role|database|user) if not exists (\w+)",
    account_script(),
    re.MULTILINE,
)


def test_every_setting_exists() -> None:
    metadata = [field.metadata for field in fields(Settings)]
    known = {each["setting"].name for each in metadata if "setting" in each}

    named = set(re.findall(r"GREENPULSE_[A-Z_]+[A-Z]", TEXT))
    users = {f"GREENPULSE_{user}" for user in ("DEPLOYER", "LOADER", "REPORT", "MONITOR")}
    assert named - users <= known


def test_every_command_and_option_exists() -> None:
    calls = re.findall(r"greenpulse ((?!_)[a-z]+)(?: (print|deploy))?((?: --[a-z-]+)*)", TYPED)

    assert {name for name, _, _ in calls} == {
        "sql",
        "doctor",
        "worker",
        "audit",
        "query",
        "rebuild",
        "cost",
    }
    for name, part, options in calls:
        command = cli.commands[name]
        if part:
            assert isinstance(command, click.Group)
            command = command.commands[part]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options.split()) <= known, name


@pytest.mark.parametrize(("kind", "name"), CREATED)
def test_what_the_script_makes_is_named_and_can_be_removed(kind: str, name: str) -> None:
    assert name.upper() in TEXT
    assert f"    drop {kind} if exists {name};" in TEXT


def test_every_object_of_the_warehouse_that_is_named_exists() -> None:
    named = {name.lower() for name in re.findall(r"(?:SILVER|BRONZE|GOLD|OPS)\.\w+", TEXT)}

    assert named <= set(deployment_scripts())


def test_the_keys_are_made_and_written_into_the_script(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("install openssl")
    making = next(block for block in BLOCKS if "openssl genrsa" in block)
    writing = next(block for block in BLOCKS if "sql print --account" in block)
    script = CliRunner().invoke(sql_command, ["print", "--account"]).stdout
    (tmp_path / "account.sql").write_text(script)
    without_printing = re.sub(r"^.*sql print.*\n", "", writing, flags=re.MULTILINE)

    subprocess.run(
        ["bash", "-euc", making + without_printing],  # noqa: S607 - the shell of the document
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )

    written = (tmp_path / "account.sql").read_text()
    assert len(re.findall(r"rsa_public_key = 'MII[A-Za-z0-9+/=]{380,400}'", written)) == 3
    assert "PUBLIC_KEY_OF" not in written
    assert (tmp_path / "greenpulse_loader.p8").stat().st_mode & 0o077 == 0
