-- Grain:    one part of a successful answer that speaks of one half hour, of those that the
--           load under way reads
-- Source:   bronze.record_answer
-- Read by:  bronze.record_item, bronze.record_region, silver.share_observation
-- A half hour begins at :00 or :30. What else the part says is not looked at here.
create or replace view bronze.record_half_hour
copy grants
comment = 'What the answers of the load under way say, half hour by half hour'
as

-- Data may be one object where a list is expected.
with lists as (

    select
        partition_id,
        log_offset,
        family,
        iff(startswith(to_json(data), '['), data, parse_json('[' || to_json(data) || ']'))
            as contents
    from bronze.record_answer

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

entries as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        item,
        to_json(item:postcode) as outer_postcode_json,
        iff(startswith(to_json(item:data), '['), item:data, null) as inner_list
    from list_items

),

-- The answer for one region names it, and holds its half hours one level deeper.
inner_lists as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        to_json(item:regionid) as outer_region_id_json,
        to_json(item:shortname) as outer_region_name_json,
        item:shortname::string as outer_region_name,
        outer_postcode_json,
        inner_list
    from entries
    where inner_list is not null

),

items as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        null as outer_region_id_json,
        null as outer_region_name_json,
        null as outer_region_name,
        outer_postcode_json,
        0 as item_number,
        item
    from entries
    where inner_list is null

    union all

    select
        inner_lists.partition_id,
        inner_lists.log_offset,
        inner_lists.family,
        inner_lists.list_number,
        inner_lists.outer_region_id_json,
        inner_lists.outer_region_name_json,
        inner_lists.outer_region_name,
        inner_lists.outer_postcode_json,
        part.index as item_number,
        part.value as item
    from inner_lists, lateral flatten(input => inner_lists.inner_list) as part

),

fields as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        outer_region_id_json,
        outer_region_name_json,
        outer_region_name,
        outer_postcode_json,
        item_number,
        item,
        to_json(item:from) as start_json,
        to_json(item:to) as end_json
    from items

),

typed as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        outer_region_id_json,
        outer_region_name_json,
        outer_region_name,
        outer_postcode_json,
        item_number,
        item,
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
        )::timestamp_ntz as period_end_at
    from fields

),

final as (

    select
        partition_id,
        log_offset,
        family,
        list_number,
        outer_region_id_json,
        outer_region_name_json,
        outer_region_name,
        outer_postcode_json,
        item_number,
        item,
        period_start_at,
        period_end_at
    from typed
    where period_end_at = dateadd('minute', 30, period_start_at)

)

select * from final;
