"""The JSON behind the pages; ``openapi.py`` documents it."""

from datetime import datetime

from greenpulse.clock import to_rfc3339
from greenpulse.grid.periods import settlement_period
from greenpulse.status import PipelineStatus
from greenpulse.web.half_hour import HalfHour
from greenpulse.web.live import LiveView
from greenpulse.web.stats_page import lag

__all__ = ["ATTRIBUTION", "half_hours_json", "now_json", "parts_json", "pipeline_json"]

ATTRIBUTION = (
    "Carbon intensity data: National Energy System Operator (NESO) Carbon Intensity API, CC BY 4.0"
)


def now_json(view: LiveView, moment: datetime) -> dict[str, object]:
    """What ``/api/v1/now`` gives; null wherever nothing is known."""
    now = view.now(moment)
    current = now.current
    return {
        "now_at": to_rfc3339(moment),
        "period_start_at": to_rfc3339(now.period_start_at),
        "period_end_at": to_rfc3339(now.period_end_at),
        "forecast_gco2_per_kwh": None if current is None else current.forecast_gco2_per_kwh,
        "intensity_index": None if current is None else current.intensity_index,
        "last_complete": None if now.last_complete is None else _half_hour(now.last_complete),
        "data_age_seconds": now.data_age_seconds,
        "is_fresh": now.is_fresh,
        "is_simulated": now.is_simulated,
        "attribution": ATTRIBUTION,
    }


def half_hours_json(view: LiveView, from_at: datetime, to_at: datetime) -> dict[str, object]:
    """What ``/api/v1/half-hours`` gives: those known that start in ``[from_at, to_at)``."""
    return {
        "from_at": to_rfc3339(from_at),
        "to_at": to_rfc3339(to_at),
        "is_simulated": view.is_simulated,
        "half_hours": [_half_hour(half_hour) for half_hour in view.half_hours(from_at, to_at)],
        "attribution": ATTRIBUTION,
    }


def pipeline_json(status: PipelineStatus, view: LiveView, version: str) -> dict[str, object]:
    """What ``/api/v1/pipeline`` gives: this worker's parts, partitions, series and tables."""
    return {
        "version": version,
        "is_leader": status.is_leader,
        "is_stopping": status.is_stopping,
        "is_simulated": view.is_simulated,
        "parts": parts_json(status),
        "partitions": [
            {
                "partition": number,
                "is_assigned": partition.is_assigned,
                "log_end_offset": partition.log_end_offset,
                "archived_offset": partition.archived_offset,
                "loaded_offset": partition.loaded_offset,
                "archive_lag_records": lag(partition).archive_records,
                "load_lag_records": lag(partition).load_records,
                "held_records": partition.held_records,
                "held_bytes": partition.held_bytes,
                "oldest_held_seconds": partition.oldest_held_seconds,
            }
            for number, partition in sorted(status.partitions.items())
        ],
        "series": [
            {
                "series": series,
                "scheduled_at": _time(ticked.scheduled_at),
                "answered_at": _time(ticked.answered_at),
                "status": ticked.status,
                "error": ticked.error,
                "ticks_answered": ticked.ticks_answered,
                "ticks_failed": ticked.ticks_failed,
            }
            for series, ticked in sorted(status.series.items())
        ],
        "tables": {
            name: {str(key): value for key, value in table.items()}
            for name, table in status.tables.items()
        },
    }


def parts_json(status: PipelineStatus) -> dict[str, object]:
    """Each part: does it work, why not, since when."""
    return {
        name: {
            "is_ready": part.is_ready,
            "reason": part.reason,
            "since_at": _time(part.since_at),
        }
        for name, part in status.parts.items()
    }


def _half_hour(half_hour: HalfHour) -> dict[str, object]:
    period = settlement_period(half_hour.period_start_at)
    return {
        "period_start_at": to_rfc3339(half_hour.period_start_at),
        "period_end_at": to_rfc3339(half_hour.period_end_at),
        "settlement_date": period.settlement_date.isoformat(),
        "settlement_period": period.number,
        "forecast_gco2_per_kwh": half_hour.forecast_gco2_per_kwh,
        "actual_gco2_per_kwh": half_hour.actual_gco2_per_kwh,
        "actual_status": half_hour.actual_status,
        "intensity_gco2_per_kwh": half_hour.intensity_gco2_per_kwh,
        "intensity_index": half_hour.intensity_index,
        "last_observed_at": to_rfc3339(half_hour.last_observed_at),
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
