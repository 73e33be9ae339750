-- Adds what was read of regional intensity to the runs of its half hours and regions.
--
-- Where all of it is newer than what is known of a half hour in a region, the newest run
-- goes on or new ones follow it. Where some of it is late, these runs are made anew, from
-- all polls that speak of the half hour.
insert into silver.regional_intensity (
    period_start_at,
    period_end_at,
    region_id,
    region_name,
    observed_at,
    last_observed_at,
    forecast_gco2_per_kwh,
    intensity_index,
    poll_id,
    revision_number,
    is_newest,
    load_id
)

with touched as (

    select
        period_start_at,
        region_id,
        min(observed_at) as first_news_at
    from silver.regional_sighting
    where
        is_news
        and has_readable_intensity
    group by period_start_at, region_id

),

newest_runs as (

    select known.*
    from silver.regional_intensity as known
    inner join touched
        on
            known.period_start_at = touched.period_start_at
            and known.region_id = touched.region_id
    where known.is_newest

),

half_hours as (

    select
        touched.period_start_at,
        touched.region_id,
        coalesce(touched.first_news_at <= newest_runs.last_observed_at, false) as is_late,
        newest_runs.revision_number
    from touched
    left join newest_runs
        on
            touched.period_start_at = newest_runs.period_start_at
            and touched.region_id = newest_runs.region_id

),

sightings as (

    select
        observations.period_start_at,
        observations.period_end_at,
        observations.region_id,
        observations.region_name,
        observations.observed_at,
        observations.observed_at as last_observed_at,
        observations.forecast_gco2_per_kwh,
        observations.intensity_index,
        observations.poll_id,
        observations.partition_id,
        observations.log_offset,
        observations.list_number,
        observations.item_number,
        observations.region_number,
        iff(half_hours.is_late, 0, coalesce(half_hours.revision_number - 1, 0))
            as earlier_revisions
    from silver.regional_sighting as observations
    inner join half_hours
        on
            observations.period_start_at = half_hours.period_start_at
            and observations.region_id = half_hours.region_id
    where
        observations.has_readable_intensity
        and (observations.is_news or half_hours.is_late)

    union all

    -- The newest run, as one sighting; all news are later.
    select
        newest_runs.period_start_at,
        newest_runs.period_end_at,
        newest_runs.region_id,
        newest_runs.region_name,
        newest_runs.observed_at,
        newest_runs.last_observed_at,
        newest_runs.forecast_gco2_per_kwh,
        newest_runs.intensity_index,
        newest_runs.poll_id,
        0 as partition_id,
        0 as log_offset,
        0 as list_number,
        0 as item_number,
        0 as region_number,
        newest_runs.revision_number - 1 as earlier_revisions
    from newest_runs
    inner join half_hours
        on
            newest_runs.period_start_at = half_hours.period_start_at
            and newest_runs.region_id = half_hours.region_id
    where not half_hours.is_late

),

ordered as (

    select
        *,
        row_number() over (
            partition by period_start_at, region_id
            order by
                observed_at, partition_id, log_offset, list_number, item_number, region_number
        ) as sighting_number
    from sightings

),

compared as (

    select
        *,
        lag(forecast_gco2_per_kwh) over (
            partition by period_start_at, region_id
            order by sighting_number
        ) as last_forecast_gco2_per_kwh,
        lag(intensity_index) over (
            partition by period_start_at, region_id
            order by sighting_number
        ) as last_intensity_index
    from ordered

),

changes as (

    select
        *,
        iff(
            sighting_number = 1
            or forecast_gco2_per_kwh is distinct from last_forecast_gco2_per_kwh
            or intensity_index is distinct from last_intensity_index,
            1,
            0
        ) as is_change
    from compared

),

numbered as (

    select
        *,
        earlier_revisions + sum(is_change) over (
            partition by period_start_at, region_id
            order by sighting_number
            rows between unbounded preceding and current row
        ) as revision_number
    from changes

),

runs as (

    select
        period_start_at,
        min(period_end_at) as period_end_at,
        region_id,
        max(iff(is_change = 1, region_name, null)) as region_name,
        min(observed_at) as observed_at,
        max(last_observed_at) as last_observed_at,
        max(forecast_gco2_per_kwh) as forecast_gco2_per_kwh,
        max(intensity_index) as intensity_index,
        max(iff(is_change = 1, poll_id, null)) as poll_id,
        revision_number
    from numbered
    group by period_start_at, region_id, revision_number

),

final as (

    select
        *,
        revision_number = max(revision_number) over (
            partition by period_start_at, region_id
        ) as is_newest,
        :load_id as load_id
    from runs

)

select * from final;

-- New rows take the place of older ones, from the first revision on that they have.
delete from silver.regional_intensity
using (

    select
        period_start_at,
        region_id,
        min(revision_number) as first_revision_number
    from silver.regional_intensity
    where load_id = :load_id
    group by period_start_at, region_id

) as renewed
where
    regional_intensity.load_id <> :load_id
    and regional_intensity.period_start_at = renewed.period_start_at
    and regional_intensity.region_id = renewed.region_id
    and regional_intensity.revision_number >= renewed.first_revision_number;

delete from silver.regional_sighting;

delete from bronze.record_to_read;
