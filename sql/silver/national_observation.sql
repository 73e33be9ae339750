-- Grain:    what one poll says of one half hour, of the polls that the load under way reads
-- Source:   bronze.record_item, silver.poll
-- Read by:  the loader (silver.national_intensity)
create or replace view silver.national_observation
copy grants
comment = 'What each poll of the load under way says of each half hour'
as

with items as (

    select *
    from bronze.record_item
    where family = 'national'

),

polls as (

    select *
    from silver.poll
    where outcome = 'ok'

),

final as (

    select
        items.period_start_at,
        items.period_end_at,
        polls.answered_at as observed_at,
        items.forecast_gco2_per_kwh,
        items.actual_gco2_per_kwh,
        items.intensity_index,
        polls.poll_id,
        items.partition_id,
        items.log_offset,
        items.list_number,
        items.item_number
    from items
    inner join polls
        on
            items.partition_id = polls.partition_id
            and items.log_offset = polls.log_offset

)

select * from final;
