-- Grain:    one hour that the load under way counts anew; no row outside of a load
-- Source:   the loader
-- Read by:  the loader (ops.series_hour, ops.pipeline_hour)
create table if not exists ops.hour_to_count (
    hour_start_at timestamp_ntz comment 'Start of the hour, UTC'
)
comment = 'Hours that the load under way counts anew, none outside of a load';
