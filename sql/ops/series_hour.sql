-- Grain:    one hour of one series, where it has a tick
-- Source:   silver.poll, by the loader
-- Read by:  gold.pipeline_health, which so reads no poll
-- A tick is one (series, scheduled_at), however many polls it has; it is answered where
-- one of them has an answer of 2xx, else failed. What was imported is no tick.
create table if not exists ops.series_hour (
    hour_start_at timestamp_ntz comment 'Start of the hour, UTC',
    series string comment 'Name of the series',
    first_tick_at timestamp_ntz comment 'The first tick within the hour, UTC',
    ticks_answered bigint comment 'Ticks that were answered',
    ticks_failed bigint comment 'Ticks that were asked in vain'
)
comment = 'Ticks of each series, one row an hour';
