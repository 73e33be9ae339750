-- Keeps the newest runs that the load wrote apart from all others. Without a load_id it looks
-- at all runs: a load of an older version kept none, and each start of a worker mends that.
delete from silver.newest_national_run
using (

    select
        period_start_at,
        load_id
    from silver.national_intensity
    where
        is_newest
        and (load_id = :load_id or :load_id is null)

) as newest
where
    newest_national_run.period_start_at = newest.period_start_at
    and newest_national_run.load_id <> newest.load_id;

insert into silver.newest_national_run (
    period_start_at,
    period_end_at,
    observed_at,
    last_observed_at,
    forecast_gco2_per_kwh,
    actual_gco2_per_kwh,
    intensity_index,
    load_id
)
select
    newest.period_start_at,
    newest.period_end_at,
    newest.observed_at,
    newest.last_observed_at,
    newest.forecast_gco2_per_kwh,
    newest.actual_gco2_per_kwh,
    newest.intensity_index,
    newest.load_id
from silver.national_intensity as newest
left join silver.newest_national_run as known
    on newest.period_start_at = known.period_start_at
where
    newest.is_newest
    and (newest.load_id = :load_id or :load_id is null)
    and known.period_start_at is null;
