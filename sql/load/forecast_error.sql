-- Judges the forecasts of the half hours that the range speaks of, by what was measured.
--
-- Only what differs from the rows that are there is written: most loads repeat what is known.
delete from silver.forecast_error
using (

    select period_start_at
    from silver.newest_national_intensity
    where
        load_id = :load_id
        and actual_status not in ('revisable', 'settled')

) as untrusted
where forecast_error.period_start_at = untrusted.period_start_at;

insert into silver.forecast_error (
    period_start_at,
    lead_hours,
    forecast_gco2_per_kwh,
    error_gco2_per_kwh,
    load_id
)

with measured as (

    select
        period_start_at,
        actual_gco2_per_kwh
    from silver.newest_national_intensity
    where
        load_id = :load_id
        and actual_status in ('revisable', 'settled')

),

-- A forecast counts from its observation on, until the next one.
forecasts as (

    select
        runs.period_start_at,
        runs.forecast_gco2_per_kwh,
        measured.actual_gco2_per_kwh,
        datediff('microsecond', runs.observed_at, runs.period_start_at) as lead_microseconds,
        datediff(
            'microsecond',
            lead(runs.observed_at) over (
                partition by runs.period_start_at
                order by runs.revision_number
            ),
            runs.period_start_at
        ) as next_lead_microseconds
    from silver.national_intensity as runs
    inner join measured
        on runs.period_start_at = measured.period_start_at
    where
        runs.forecast_gco2_per_kwh is not null
        and runs.observed_at <= runs.period_start_at

),

-- Two weeks, the longest range of one answer: a clock that once stood at 1970 adds no more.
hours as (

    select row_number() over (order by seq4()) - 1 as lead_hours
    from table(generator(rowcount => 337))

),

judged as (

    select
        forecasts.period_start_at,
        hours.lead_hours,
        forecasts.forecast_gco2_per_kwh,
        forecasts.forecast_gco2_per_kwh - forecasts.actual_gco2_per_kwh as error_gco2_per_kwh
    from forecasts
    inner join hours
        on
            forecasts.lead_microseconds >= hours.lead_hours * 3600000000
            and coalesce(forecasts.next_lead_microseconds, -1) < hours.lead_hours * 3600000000

),

known as (

    select forecast_error.*
    from silver.forecast_error
    inner join measured
        on forecast_error.period_start_at = measured.period_start_at

),

final as (

    select
        judged.period_start_at,
        judged.lead_hours,
        judged.forecast_gco2_per_kwh,
        judged.error_gco2_per_kwh,
        :load_id as load_id
    from judged
    left join known
        on
            judged.period_start_at = known.period_start_at
            and judged.lead_hours = known.lead_hours
    where
        known.lead_hours is null
        or judged.forecast_gco2_per_kwh <> known.forecast_gco2_per_kwh
        or judged.error_gco2_per_kwh <> known.error_gco2_per_kwh

)

select * from final;

delete from silver.forecast_error
using (

    select
        period_start_at,
        lead_hours
    from silver.forecast_error
    where load_id = :load_id

) as renewed
where
    forecast_error.load_id <> :load_id
    and forecast_error.period_start_at = renewed.period_start_at
    and forecast_error.lead_hours = renewed.lead_hours;
