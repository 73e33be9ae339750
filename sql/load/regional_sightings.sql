-- Reads what the answers say of the regions.
delete from silver.regional_sighting;

insert into silver.regional_sighting (
    period_start_at,
    period_end_at,
    region_id,
    region_name,
    observed_at,
    forecast_gco2_per_kwh,
    intensity_index,
    has_readable_intensity,
    mix,
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
    has_readable_intensity,
    mix,
    poll_id,
    partition_id,
    log_offset,
    list_number,
    item_number,
    region_number,
    true as is_news
from silver.regional_observation;
