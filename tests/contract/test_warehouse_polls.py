"""What every warehouse keeps to: what loads make of polls, in whatever order they come.

Each test runs on each warehouse of ``support/warehouses.py``.
"""

from datetime import datetime

from support.staging import body_of, item, poll, staged, value_of_poll
from support.warehouses import select

from greenpulse.warehouse.warehouse import Warehouse


async def test_a_record_that_is_no_poll_is_counted_and_kept(warehouse: Warehouse) -> None:
    good = value_of_poll(poll("good", "2026-02-05T21:00:00Z", body_of()))

    load = await warehouse.load(staged([b"rubbish", good, None, b'{"poll_id":1}']))

    assert load is not None
    assert (load.record_count, load.unreadable_count) == (4, 3)
    assert await select(warehouse, "select poll_id from silver.poll") == [("good",)]


async def test_what_late_polls_say_is_history_and_no_news(warehouse: Warehouse) -> None:
    def said(at: str, actual: int | None) -> bytes:
        half_hour = item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, actual)
        return value_of_poll(poll(at, f"2026-02-05T{at}Z", body_of(half_hour)))

    await warehouse.load(staged([said("21:00:18", 137), said("21:20:00", 130)], 0))
    await warehouse.load(staged([said("21:30:00", 130), said("21:10:00", None)], 2))

    runs = """
        select actual_gco2_per_kwh, observed_at, last_observed_at
        from silver.national_intensity order by revision_number
    """
    day = datetime(2026, 2, 5)  # noqa: DTZ001 - as the warehouse has it: naive, UTC
    assert await select(warehouse, runs) == [
        (137, day.replace(hour=21, second=18), day.replace(hour=21, second=18)),
        (None, day.replace(hour=21, minute=10), day.replace(hour=21, minute=10)),
        (130, day.replace(hour=21, minute=20), day.replace(hour=21, minute=30)),
    ]


async def test_an_hour_is_counted_once_however_its_polls_come(warehouse: Warehouse) -> None:
    def tick(poll_id: str, due: str, answered: str, **fields: object) -> bytes:
        body = body_of(item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, 137))
        fields = {"scheduled_at": f"2026-02-05T{due}Z", **fields}
        return value_of_poll(poll(poll_id, f"2026-02-05T{answered}Z", body, **fields))

    failed = tick("a", "21:00:00", "21:00:01", status=500)
    await warehouse.load(staged([tick("b", "21:59:50", "22:00:03"), failed], 0))
    late = tick("c", "21:00:00", "21:00:05")
    await warehouse.load(staged([tick("d", "21:10:00", "21:10:00"), late, late, failed], 2))

    ticks = "select hour(hour_start_at), ticks_answered, ticks_failed from ops.series_hour"
    assert await select(warehouse, ticks) == [(21, 3, 0)]
    answers = """
        select hour(hour_start_at), longest_wait_seconds
        from ops.pipeline_hour where last_answered_at is not null order by hour_start_at
    """
    assert await select(warehouse, answers) == [(21, 595), (22, None)]
    loads = "select sum(loads)::bigint from ops.pipeline_hour"
    assert await select(warehouse, loads) == [(2,)]


async def test_regions_and_their_mix_are_loaded_late_ones_too(warehouse: Warehouse) -> None:
    def said(at: str, forecast: int | None) -> bytes:
        period = {"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z"}
        mix = {"generationmix": [{"fuel": "wind", "perc": forecast}, {"fuel": 5, "perc": 1}]}
        region = {"regionid": 13, "shortname": "London", "intensity": {"forecast": forecast}} | mix
        body = body_of(period | mix | {"regions": [region, {"regionid": "13"}]})
        family = "generation" if forecast is None else "regional"
        return value_of_poll(poll(at, f"2026-02-05T{at}Z", body, family=family))

    await warehouse.load(staged([said("21:00:00", 50), said("21:20:00", 50)], 0))
    await warehouse.load(staged([said("21:10:00", -3), said("21:30:00", None)], 2))

    runs = """
        select forecast_gco2_per_kwh, minute(last_observed_at), is_newest
        from silver.regional_intensity order by revision_number
    """
    assert await select(warehouse, runs) == [(50, 0, False), (-3, 10, False), (50, 20, True)]
    regional = "select region_id, fuel, share_percent from silver.regional_generation_mix"
    assert await select(warehouse, regional) == [(13, "wind", 50)]
    national = "select fuel, share_percent from silver.generation_mix"
    assert await select(warehouse, national) == [("wind", None)]
