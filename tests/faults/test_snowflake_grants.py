"""What roles may do comes with each deployment, and with the database that a rebuild makes.

The stand-in has no roles; what it was asked to grant is looked at. It is reached as an account
is, by ``connections.toml``: to a stand-in that the settings name nothing is granted.
"""

import os
import subprocess
import sys
from pathlib import Path

from support.services.fakesnow import FakesnowServer
from support.small_way import SmallWay

from greenpulse.warehouse.scripts import grants_script
from greenpulse.warehouse.snowflake_statements import statements_of


def greenpulse(*command: str, server: FakesnowServer, folder: Path) -> None:
    """Run a command on a Snowflake whose account stands in ``connections.toml``."""
    connections = folder / "connections.toml"
    connections.touch(mode=0o600)
    connections.write_text(
        f"""
        [account]
        account = "greenpulse"
        user = "deployer"
        password = "none"
        host = "127.0.0.1"
        port = {server.port}
        protocol = "http"
        """
    )
    environment = os.environ | {  # noqa: TID251 - of a child
        "SNOWFLAKE_HOME": str(folder),
        "GREENPULSE_WAREHOUSE": "snowflake://account/ENERGY_PROJECT",
    }
    done = subprocess.run(
        [sys.executable, "-m", "greenpulse", *command],
        check=False,
        capture_output=True,
        env=environment,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def grants(server: FakesnowServer) -> list[str]:
    sent = [statement["sql"] for statement in server.statements()]
    return [sql for sql in sent if sql.startswith("grant ")]


def test_a_rebuilt_database_is_granted_what_the_deployed_one_was(
    way: SmallWay, fakesnow: FakesnowServer, tmp_path: Path
) -> None:
    assert way.folder.exists()
    wanted = statements_of(grants_script("ENERGY_PROJECT"))

    greenpulse("sql", "deploy", server=fakesnow, folder=tmp_path)
    assert grants(fakesnow) == wanted
    greenpulse("rebuild", server=fakesnow, folder=tmp_path)

    of_rebuild = grants(fakesnow)[len(wanted) :]
    assert of_rebuild == statements_of(grants_script("ENERGY_PROJECT_REBUILD"))
    assert [sql.replace("_PROJECT_REBUILD", "_PROJECT") for sql in of_rebuild] == wanted
