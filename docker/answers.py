"""The health check of a container: does an address answer 200? If not, what does it say?

``python answers.py http://127.0.0.1:6066/health/ready`` exits 0 or 1; what it prints is
kept by the engine (``docker inspect``), so that the reason is found without a log.
"""

import sys
import urllib.error
import urllib.request

_SECONDS = 4


def main() -> int:
    """Ask once; the exit code."""
    try:
        with urllib.request.urlopen(sys.argv[1], timeout=_SECONDS):  # noqa: S310 - the compose file's own
            return 0
    except urllib.error.HTTPError as error:
        reason = error.read().decode(errors="replace")
    except OSError as error:
        reason = str(error)
    sys.stdout.write(f"{sys.argv[1]}: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
