"""Builds the wheel, installs it in a bare environment, tries it in an empty folder.

Run by ``make wheel``: what works in a checkout only would be found out here.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROJECT = Path(__file__).parent.parent
AGENTS = {"@archive", "@load", "@track.files", "@track.loads", "@track.latest"}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--outdir", str(folder / "dist"), str(PROJECT))
        (wheel,) = (folder / "dist").glob("*.whl")
        venv.create(folder / "venv", with_pip=True)
        scripts = folder / "venv" / "bin"
        run(
            str(scripts / "python"),
            *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--constraint", str(PROJECT / "constraints.txt"), str(wheel)),
        )
        empty = folder / "empty"
        empty.mkdir()
        listed = run(str(scripts / "faust"), "-A", "greenpulse", "agents", cwd=empty)
        missing = {agent for agent in AGENTS if agent not in listed}
        if missing:
            sys.exit(f"the wheel's worker has no {missing}")
        if "raw_intensity" not in run(str(scripts / "greenpulse"), "sql", "print", cwd=empty):
            sys.exit("the wheel has no sql/")
        run(str(scripts / "greenpulse"), "settings", cwd=empty)
        left = sorted(path.name for path in empty.iterdir())
        if left:
            sys.exit(f"looking created {left}")
    sys.stdout.write("the wheel works in an empty folder\n")


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
