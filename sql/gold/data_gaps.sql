-- Grain:    one run of half hours that the API never spoke of, between the first and the
--           last that it did; ends_at is exclusive
-- Source:   silver.newest_national_intensity
-- Read by:  dashboards, people who heal gaps
create or replace view gold.data_gaps (
    starts_at comment 'Start of the first missing half hour, UTC',
    ends_at comment 'End of the last missing half hour, UTC, exclusive',
    half_hours comment 'How many half hours are missing'
)
copy grants
comment = 'Half hours that the API never spoke of, between the first and last that it did'
as

with neighbours as (

    select
        period_end_at as starts_at,
        lead(period_start_at) over (order by period_start_at) as ends_at
    from silver.newest_national_intensity

),

final as (

    select
        starts_at,
        ends_at,
        (datediff('minute', starts_at, ends_at) / 30)::number(10, 0) as half_hours
    from neighbours
    where starts_at < ends_at

)

select * from final;
