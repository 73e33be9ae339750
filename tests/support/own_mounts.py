"""A program with mounts of its own, which nobody else sees and which end with it."""

import shutil
import subprocess
from pathlib import Path

import pytest

__all__ = ["with_own_mounts"]


def with_own_mounts(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in a shell that may mount; skips where nobody lets it.

    Args:
        script: ``$1`` and so on stand for the arguments.
        arguments: Of the script.
    """
    unshare = shutil.which("unshare")
    command = (str(unshare), "--map-root-user", "--mount", "sh", "-euc")
    trial = (*command, "mount -t tmpfs tmpfs /mnt")
    if unshare is None or subprocess.run(trial, check=False).returncode:
        pytest.skip("run on Linux, where a user may unshare(1) mounts")
    return subprocess.run(
        (*command, script, "sh", *arguments), check=False, capture_output=True, text=True
    )
