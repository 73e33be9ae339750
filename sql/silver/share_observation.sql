-- Grain:    what one poll says of one fuel in one half hour, and region where it is of one,
--           of the polls that the load under way reads
-- Source:   bronze.record_half_hour, silver.regional_sighting, silver.poll
-- Read by:  the loader (silver.generation_mix, silver.regional_generation_mix)
-- A share is read whole or not at all: a word, and a finite JSON number or null.
create or replace view silver.share_observation
copy grants
comment = 'What each poll of the load under way says of each fuel in each half hour'
as

with mixes as (

    select
        half_hours.period_start_at,
        half_hours.period_end_at,
        null::bigint as region_id,
        polls.answered_at as observed_at,
        polls.poll_id,
        half_hours.partition_id,
        half_hours.log_offset,
        half_hours.list_number,
        half_hours.item_number,
        0 as region_number,
        half_hours.item:generationmix as mix
    from bronze.record_half_hour as half_hours
    inner join silver.poll as polls
        on
            half_hours.partition_id = polls.partition_id
            and half_hours.log_offset = polls.log_offset
    where
        half_hours.family = 'generation'
        and polls.outcome = 'ok'

    union all

    select
        period_start_at,
        period_end_at,
        region_id,
        observed_at,
        poll_id,
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        mix
    from silver.regional_sighting
    where is_news

),

lists as (

    select
        period_start_at,
        period_end_at,
        region_id,
        observed_at,
        poll_id,
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        mix as contents
    from mixes
    where startswith(to_json(mix), '[')

),

shares as (

    select
        lists.period_start_at,
        lists.period_end_at,
        lists.region_id,
        lists.observed_at,
        lists.poll_id,
        lists.partition_id,
        lists.log_offset,
        lists.list_number,
        lists.item_number,
        lists.region_number,
        part.index as share_number,
        part.value as share
    from lists, lateral flatten(input => lists.contents) as part

),

fields as (

    select
        period_start_at,
        period_end_at,
        region_id,
        observed_at,
        poll_id,
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        share_number,
        to_json(share:fuel) as fuel_json,
        share:fuel::string as fuel,
        coalesce(to_json(share:perc), 'null') as share_json
    from shares

),

typed as (

    select
        *,
        try_cast(share_json as float) as share_percent
    from fields
    where startswith(fuel_json, '"')

),

final as (

    select
        period_start_at,
        period_end_at,
        region_id,
        fuel,
        share_percent,
        observed_at,
        poll_id,
        partition_id,
        log_offset,
        list_number,
        item_number,
        region_number,
        share_number
    from typed
    where share_json = 'null' or abs(share_percent) <= 1.7976931348623157e308

)

select * from final;
