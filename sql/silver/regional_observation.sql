-- Grain:    what one poll says of one half hour in one region, of the polls that the load
--           under way reads
-- Source:   bronze.record_region, silver.region, silver.poll
-- Read by:  the loader (silver.regional_sighting)
-- In the answer for a postcode the number of the region is often one too small, and its
-- name is right: there the name decides.
create or replace view silver.regional_observation
copy grants
comment = 'What each poll of the load under way says of each half hour in each region'
as

with polls as (

    select *
    from silver.poll
    where outcome = 'ok'

),

numbered as (

    select
        regions.*,
        iff(regions.is_of_postcode, names.region_id, regions.region_id) as true_region_id
    from bronze.record_region as regions
    left join silver.region as names
        on
            regions.is_of_postcode
            and regions.region_name = names.said_name

),

final as (

    select
        numbered.period_start_at,
        numbered.period_end_at,
        numbered.true_region_id as region_id,
        numbered.region_name,
        polls.answered_at as observed_at,
        numbered.has_readable_intensity,
        numbered.forecast_gco2_per_kwh,
        numbered.intensity_index,
        numbered.mix,
        polls.poll_id,
        numbered.partition_id,
        numbered.log_offset,
        numbered.list_number,
        numbered.item_number,
        numbered.region_number
    from numbered
    inner join polls
        on
            numbered.partition_id = polls.partition_id
            and numbered.log_offset = polls.log_offset
    where numbered.true_region_id is not null

)

select * from final;
