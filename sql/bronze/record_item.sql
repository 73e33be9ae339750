-- Grain:    one readable item of a successful answer, of those that the load under way reads
-- Source:   bronze.record_answer
-- Read by:  silver.national_observation, the loader (silver.poll)
-- An item is read whole or not at all. It speaks of one half hour from :00 or :30; one of
-- the national family also says its intensity: finite JSON numbers and a word, or null.
create or replace view bronze.record_item
copy grants
comment = 'Readable items of the answers of the load under way'
as

-- Data may be one object where a list is expected.
with lists as (

    select
        partition_id,
        log_offset,
        family,
        parse_json(iff(startswith(data_json, '['), data_json, '[' || data_json || ']')) as contents
    from bronze.record_answer
    where data_json is not null

),

list_items as (

    select
        lists.partition_id,
        lists.log_offset,
        lists.family,
        part.index as list_number,
        part.value as item
    from lists, lateral flatten(input => lists.contents) as part

),

-- The answer for one region holds its half hours one level deeper.
inner_lists as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        parse_json(
            iff(
                startswith(to_json(item:data), '['),
                to_json(item:data),
                '[' || to_json(item) || ']'
            )
        ) as contents
    from list_items

),

items as (

    select
        inner_lists.partition_id,
        inner_lists.log_offset,
        inner_lists.family,
        inner_lists.list_number,
        part.index as item_number,
        part.value as item
    from inner_lists, lateral flatten(input => inner_lists.contents) as part

),

fields as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        item_number,
        to_json(item:from) as start_json,
        to_json(item:to) as end_json,
        to_json(item:intensity) as intensity_json,
        to_json(item:intensity.forecast) as forecast_json,
        to_json(item:intensity.actual) as actual_json,
        to_json(item:intensity.index) as index_json,
        item:intensity.index::string as index_text
    from items

),

typed as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        item_number,
        convert_timezone(
            'UTC',
            try_cast(
                iff(
                    regexp_like(
                        start_json,
                        '"[1-9][0-9]{3}-..-..T([01].|2[0-3]):(00|30)(:00)?(Z|[+]00:00)"'
                    ),
                    replace(start_json, '"', ''),
                    null
                ) as timestamp_tz
            )
        )::timestamp_ntz as period_start_at,
        convert_timezone(
            'UTC',
            try_cast(
                iff(
                    regexp_like(
                        end_json,
                        '"[1-9][0-9]{3}-..-..T([01].|2[0-3]):(00|30)(:00)?(Z|[+]00:00)"'
                    ),
                    replace(end_json, '"', ''),
                    null
                ) as timestamp_tz
            )
        )::timestamp_ntz as period_end_at,
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
        period_end_at = dateadd('minute', 30, period_start_at)
        and (
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

)

select * from final;
