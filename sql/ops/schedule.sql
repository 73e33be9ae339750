-- Grain:    one series, from valid_from on until its next row
-- Source:   the worker; a tick falls on each multiple of the period, plus the offset,
--           since 1970-01-01T00:00Z
-- Read by:  gold.pipeline_health
create table if not exists ops.schedule (
    series string comment 'Name of the series',
    period_seconds float comment 'Seconds from tick to tick',
    offset_seconds float comment 'Seconds behind the multiples of the period since 1970',
    valid_from timestamp_ntz comment 'From when on this holds, UTC'
)
comment = 'Since when each series is asked how often';
