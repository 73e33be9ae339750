-- Grain:    what one poll says of one half hour in one region, of the polls that the load
--           under way has read; no row outside of a load
-- Source:   silver.regional_observation, by the loader
-- Read by:  silver.share_observation, the loader (silver.regional_intensity)
-- A regional answer is near a megabyte: it is read once, into this table, and late ones are
-- read a few at a time.
create table if not exists silver.regional_sighting (
    period_start_at timestamp_ntz comment 'Start of the half hour, UTC',
    period_end_at timestamp_ntz comment 'End of the half hour, UTC',
    region_id bigint comment 'Number of the region, 18 is Great Britain',
    region_name string comment 'Name of the region, as the poll said it',
    observed_at timestamp_ntz comment 'When this was said, UTC',
    forecast_gco2_per_kwh float comment 'Forecast, grams of CO2 per kWh, can be negative',
    intensity_index string comment 'The API''s word, from very low to very high',
    has_readable_intensity boolean comment 'Whether forecast and index can be read',
    mix variant comment 'Its generation mix as it was said, null where it is read again',
    poll_id string comment 'The poll that said so',
    partition_id bigint comment 'Partition of its record',
    log_offset bigint comment 'Offset of its record',
    list_number bigint comment 'Place of the half hour in the body',
    item_number bigint comment 'Place of the half hour within that',
    region_number bigint comment 'Place of the region within the half hour',
    is_news boolean comment 'Whether it is of the load, and not read again for what was late'
)
comment = 'What the load under way has read of the regions, nothing outside of a load';
