-- Adds what the range says of national intensity to the runs of its half hours.
--
-- Where all of it is newer than what is known of a half hour, the newest run goes on or new
-- ones follow it. Where some of it is late, the runs of that half hour are made anew, from
-- all polls that speak of it.

-- The other polls that speak of a half hour of which some news is late.
insert into bronze.record_to_read (partition_id, log_offset)

with news as (

    select
        period_start_at,
        min(observed_at) as first_observed_at
    from silver.national_observation
    group by period_start_at

),

late as (

    select news.period_start_at
    from news
    inner join silver.national_intensity as known
        on news.period_start_at = known.period_start_at
    where
        known.is_newest
        and news.first_observed_at <= known.last_observed_at

),

final as (

    select
        poll.partition_id,
        poll.log_offset
    from silver.poll
    inner join late
        on
            poll.first_period_start_at <= late.period_start_at
            and poll.last_period_end_at > late.period_start_at
    where
        poll.family = 'national'
        and poll.outcome = 'ok'
        and not (
            poll.partition_id = :partition_id
            and poll.log_offset between :start_offset and :end_offset
        )
    group by poll.partition_id, poll.log_offset

)

select * from final;

insert into silver.national_intensity (
    period_start_at,
    period_end_at,
    observed_at,
    last_observed_at,
    forecast_gco2_per_kwh,
    actual_gco2_per_kwh,
    intensity_index,
    poll_id,
    revision_number,
    is_newest,
    load_id
)

with observations as (

    select
        *,
        partition_id = :partition_id
        and log_offset between :start_offset and :end_offset as is_news
    from silver.national_observation

),

touched as (

    select
        period_start_at,
        min(observed_at) as first_news_at
    from observations
    where is_news
    group by period_start_at

),

newest_runs as (

    select known.*
    from silver.national_intensity as known
    inner join touched
        on known.period_start_at = touched.period_start_at
    where known.is_newest

),

half_hours as (

    select
        touched.period_start_at,
        coalesce(touched.first_news_at <= newest_runs.last_observed_at, false) as is_late,
        newest_runs.revision_number
    from touched
    left join newest_runs
        on touched.period_start_at = newest_runs.period_start_at

),

sightings as (

    select
        observations.period_start_at,
        observations.period_end_at,
        observations.observed_at,
        observations.observed_at as last_observed_at,
        observations.forecast_gco2_per_kwh,
        observations.actual_gco2_per_kwh,
        observations.intensity_index,
        observations.poll_id,
        observations.partition_id,
        observations.log_offset,
        observations.list_number,
        observations.item_number,
        iff(half_hours.is_late, 0, coalesce(half_hours.revision_number - 1, 0))
            as earlier_revisions
    from observations
    inner join half_hours
        on observations.period_start_at = half_hours.period_start_at
    where
        observations.is_news
        or half_hours.is_late

    union all

    -- The newest run, as one sighting; all news are later.
    select
        newest_runs.period_start_at,
        newest_runs.period_end_at,
        newest_runs.observed_at,
        newest_runs.last_observed_at,
        newest_runs.forecast_gco2_per_kwh,
        newest_runs.actual_gco2_per_kwh,
        newest_runs.intensity_index,
        newest_runs.poll_id,
        0 as partition_id,
        0 as log_offset,
        0 as list_number,
        0 as item_number,
        newest_runs.revision_number - 1 as earlier_revisions
    from newest_runs
    inner join half_hours
        on newest_runs.period_start_at = half_hours.period_start_at
    where not half_hours.is_late

),

compared as (

    select
        *,
        row_number() over (
            partition by period_start_at
            order by observed_at, partition_id, log_offset, list_number, item_number
        ) as sighting_number,
        lag(forecast_gco2_per_kwh) over (
            partition by period_start_at
            order by observed_at, partition_id, log_offset, list_number, item_number
        ) as last_forecast_gco2_per_kwh,
        lag(actual_gco2_per_kwh) over (
            partition by period_start_at
            order by observed_at, partition_id, log_offset, list_number, item_number
        ) as last_actual_gco2_per_kwh,
        lag(intensity_index) over (
            partition by period_start_at
            order by observed_at, partition_id, log_offset, list_number, item_number
        ) as last_intensity_index
    from sightings

),

changes as (

    select
        *,
        iff(
            sighting_number = 1
            or forecast_gco2_per_kwh is distinct from last_forecast_gco2_per_kwh
            or actual_gco2_per_kwh is distinct from last_actual_gco2_per_kwh
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
            partition by period_start_at
            order by sighting_number
            rows between unbounded preceding and current row
        ) as revision_number
    from changes

),

final as (

    select
        period_start_at,
        min(period_end_at) as period_end_at,
        min(observed_at) as observed_at,
        max(last_observed_at) as last_observed_at,
        max(forecast_gco2_per_kwh) as forecast_gco2_per_kwh,
        max(actual_gco2_per_kwh) as actual_gco2_per_kwh,
        max(intensity_index) as intensity_index,
        max(iff(is_change = 1, poll_id, null)) as poll_id,
        revision_number,
        revision_number = max(revision_number) over (partition by period_start_at) as is_newest,
        :load_id as load_id
    from numbered
    group by period_start_at, revision_number

)

select * from final;

-- New rows take the place of older ones, from the first revision on that they have.
delete from silver.national_intensity
using (

    select
        period_start_at,
        min(revision_number) as first_revision_number
    from silver.national_intensity
    where load_id = :load_id
    group by period_start_at

) as renewed
where
    national_intensity.load_id <> :load_id
    and national_intensity.period_start_at = renewed.period_start_at
    and national_intensity.revision_number >= renewed.first_revision_number;

delete from bronze.record_to_read;
