"""The page of the pipeline, as people read it."""

from datetime import timedelta

from support.grid_news import NOON
from support.page_words import words
from support.site import Browserless, Site

from greenpulse.status import PartitionStatus, SeriesStatus


async def test_the_pipeline_is_shown_with_its_lags_and_what_waits(
    site: Site, client: Browserless
) -> None:
    site.status.set_waiting("warehouse", "the file is locked", NOON)
    site.status.partitions[0] = PartitionStatus(
        is_assigned=True,
        log_end_offset=120,
        archived_offset=109,
        loaded_offset=99,
        held_records=10,
        held_bytes=2048,
        oldest_held_seconds=7.5,
    )
    site.status.partitions[1] = PartitionStatus()
    site.status.series["intensity"] = SeriesStatus(scheduled_at=NOON, error="timed out")
    site.status.series["settle"] = SeriesStatus(scheduled_at=NOON - timedelta(days=1))
    site.status.tables = {
        "archived": {"0": {"end_offset": 109, "at": "2026-01-31T12:00:00.250000Z"}},
        "loaded": {},
    }

    html = await (await client.get("/stats")).text()

    assert "warehouse the file is locked" in words(html, "parts")
    assert words(html, "partitions").endswith(
        "0 120 109 10 99 10 10 2048 7 s yes 1 - - - - - 0 0 - no"
    )
    assert words(html, "series").endswith(
        "intensity 12:00:00 GMT - - timed out 0 0 settle yesterday, 12:00:00 GMT - - - 0 0"
    )
    assert words(html, "tables") == (
        "Tables of the stream archived key end_offset at 0 109 2026-01-31T12:00:00Z "
        "loaded It is empty."
    )
