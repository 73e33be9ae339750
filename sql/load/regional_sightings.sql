-- Reads what the range says of regional intensity.
delete from silver.regional_sighting;

delete from bronze.record_to_read;

insert into bronze.record_to_read (partition_id, log_offset)
select
    partition_id,
    log_offset
from silver.poll
where
    partition_id = :partition_id
    and log_offset between :start_offset and :end_offset
    and family = 'regional'
    and outcome = 'ok';

insert into silver.regional_sighting (
    period_start_at,
    period_end_at,
    region_id,
    region_name,
    observed_at,
    forecast_gco2_per_kwh,
    intensity_index,
    poll_id,
    partition_id,
    log_offset,
    list_number,
    item_number,
    region_number,
    is_news
)
select
    period_start_at,
    period_end_at,
    region_id,
    region_name,
    observed_at,
    forecast_gco2_per_kwh,
    intensity_index,
    poll_id,
    partition_id,
    log_offset,
    list_number,
    item_number,
    region_number,
    true as is_news
from silver.regional_observation
where has_readable_intensity;
