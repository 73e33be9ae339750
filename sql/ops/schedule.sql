-- Grain:    one series, from valid_from on until its next row
-- Source:   the worker; a tick falls on each multiple of the period, plus the offset,
--           since 1970-01-01T00:00Z
-- Read by:  gold.pipeline_health
create table if not exists ops.schedule (
    series string,
    period_seconds float,
    offset_seconds float,
    valid_from timestamp_ntz
);
