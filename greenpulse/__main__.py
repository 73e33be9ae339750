"""``python -m greenpulse``: the same as the ``greenpulse`` command."""

from greenpulse.main import run

run()
