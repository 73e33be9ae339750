-- Grain:    one readable item of a successful answer, of those that the load under way reads
-- Source:   bronze.record_half_hour
-- Read by:  silver.national_observation, the loader (silver.poll)
-- An item is read whole or not at all. It speaks of one half hour; one of the national
-- family also says its intensity: finite JSON numbers and a word, or null.
create or replace view bronze.record_item
copy grants
comment = 'Readable items of the answers of the load under way'
as

with fields as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        item_number,
        period_start_at,
        period_end_at,
        to_json(item:intensity) as intensity_json,
        to_json(item:intensity.forecast) as forecast_json,
        to_json(item:intensity.actual) as actual_json,
        to_json(item:intensity.index) as index_json,
        item:intensity.index::string as index_text
    from bronze.record_half_hour

),

typed as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        item_number,
        period_start_at,
        period_end_at,
        try_cast(forecast_json as float) as forecast_gco2_per_kwh,
        try_cast(actual_json as float) as actual_gco2_per_kwh,
        iff(startswith(index_json, '"'), index_text, null) as intensity_index,
        coalesce(startswith(intensity_json, '{'), false) as has_intensity,
        coalesce(forecast_json, 'null') as forecast_json,
        coalesce(actual_json, 'null') as actual_json,
        coalesce(index_json, 'null') as index_json
    from fields

),

final as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        item_number,
        period_start_at,
        period_end_at,
        forecast_gco2_per_kwh,
        actual_gco2_per_kwh,
        intensity_index
    from typed
    where
        family <> 'national'
        or (
            has_intensity
            and (
                forecast_json = 'null'
                or abs(forecast_gco2_per_kwh) <= 1.7976931348623157e308
            )
            and (
                actual_json = 'null'
                or abs(actual_gco2_per_kwh) <= 1.7976931348623157e308
            )
            and (index_json = 'null' or intensity_index is not null)
        )

)

select * from final;
