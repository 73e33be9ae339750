-- Grain:    one region of one half hour of a regional answer, of those that the load under
--           way reads
-- Source:   bronze.record_half_hour
-- Read by:  silver.regional_observation
-- A region has a number and a name, or null. Its intensity is read whole or not at all,
-- and so is each share of its mix: one does not spoil the other.
create or replace view bronze.record_region
copy grants
comment = 'Regions in the answers of the load under way'
as

with half_hours as (

    select
        *,
        item:regions as regions
    from bronze.record_half_hour
    where family = 'regional'

),

-- The answer for one region has no list of them: the half hour is the region's.
lists as (

    select
        partition_id,
        log_offset,
        list_number,
        item_number,
        period_start_at,
        period_end_at,
        iff(startswith(to_json(regions), '['), null, outer_region_id_json)
            as outer_region_id_json,
        iff(startswith(to_json(regions), '['), null, outer_region_name_json)
            as outer_region_name_json,
        iff(startswith(to_json(regions), '['), null, outer_region_name) as outer_region_name,
        outer_postcode_json,
        iff(
            startswith(to_json(regions), '['),
            regions,
            parse_json('[' || to_json(item) || ']')
        ) as contents
    from half_hours

),

regions as (

    select
        lists.partition_id,
        lists.log_offset,
        lists.list_number,
        lists.item_number,
        lists.period_start_at,
        lists.period_end_at,
        lists.outer_region_id_json,
        lists.outer_region_name_json,
        lists.outer_region_name,
        lists.outer_postcode_json,
        part.index as region_number,
        part.value as region
    from lists, lateral flatten(input => lists.contents) as part

),

fields as (

    select
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        period_start_at,
        period_end_at,
        outer_region_id_json,
        outer_region_name_json,
        outer_region_name,
        outer_postcode_json,
        to_json(region:regionid) as region_id_json,
        to_json(region:shortname) as region_name_json,
        region:shortname::string as region_name,
        to_json(region:postcode) as postcode_json,
        to_json(region:intensity) as intensity_json,
        to_json(region:intensity.forecast) as forecast_json,
        to_json(region:intensity.index) as index_json,
        region:intensity.index::string as index_text,
        region:generationmix as mix
    from regions

),

typed as (

    select
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        period_start_at,
        period_end_at,
        coalesce(region_id_json, outer_region_id_json, 'null') as region_id_json,
        coalesce(region_name_json, outer_region_name_json, 'null') as region_name_json,
        coalesce(region_name, outer_region_name) as region_name,
        coalesce(postcode_json, outer_postcode_json, 'null') <> 'null' as is_of_postcode,
        coalesce(startswith(intensity_json, '{'), false) as has_intensity,
        coalesce(forecast_json, 'null') as forecast_json,
        try_cast(forecast_json as float) as forecast_gco2_per_kwh,
        coalesce(index_json, 'null') as index_json,
        iff(startswith(index_json, '"'), index_text, null) as intensity_index,
        mix
    from fields

),

final as (

    select
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        period_start_at,
        period_end_at,
        iff(
            regexp_like(region_id_json, '[1-9][0-9]?'),
            try_cast(region_id_json as bigint),
            null
        ) as region_id,
        iff(startswith(region_name_json, '"'), region_name, null) as region_name,
        is_of_postcode,
        has_intensity
        and (forecast_json = 'null' or abs(forecast_gco2_per_kwh) <= 1.7976931348623157e308)
        and (index_json = 'null' or intensity_index is not null) as has_readable_intensity,
        forecast_gco2_per_kwh,
        intensity_index,
        mix
    from typed
    where region_name_json = 'null' or startswith(region_name_json, '"')

)

select * from final;
