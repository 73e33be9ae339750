"""Records a second through the embedded log, the archive and the load.

    python benchmarks/throughput.py [POLLS]

POLLS heartbeats (default 100,000) of about 550 bytes are imported, then a worker is started
on them. Its own start, some two seconds, is within its figures.
"""

import sys

from carrying import carry
from heartbeats import heartbeats


def main(count: int) -> None:
    carried = carry(heartbeats(count), ARCHIVE_WINDOW_SECONDS=2)
    print(f"polls           {count:,}, {carried.raw_bytes / count:.0f} bytes each")
    for step, seconds in (
        ("imported", carried.import_seconds),
        ("archived", carried.archive_seconds),
        ("in rows", carried.row_seconds),
    ):
        print(f"{step:15} {seconds:.1f} s, {count / seconds:,.0f} a second")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
