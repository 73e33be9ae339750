"""A file or folder that nobody can write, for a while; root neither."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["read_only"]


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Let nobody write ``path`` while the context lasts; skips where that cannot be done."""
    if os.geteuid() != 0:
        mode = path.stat().st_mode
        path.chmod(mode & ~0o222)
        yield
        path.chmod(mode)
        return
    # Root may write whatever its mode says, but for what is immutable.
    if not _is_made("+i", path):
        pytest.skip("run as another user than root, or on a file system that knows chattr +i")
    try:
        yield
    finally:
        assert _is_made("-i", path)


def _is_made(attribute: str, path: Path) -> bool:
    chattr = shutil.which("chattr")
    if chattr is None:
        return False
    return subprocess.run((chattr, attribute, path), check=False).returncode == 0
