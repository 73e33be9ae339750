-- Grain:    one day in Great Britain of which the API spoke
-- Source:   silver.newest_national_intensity
-- Read by:  dashboards
-- A day has 46 or 50 half hours where the clocks change. What is to come counts with its
-- forecast; a half hour without any value is not present.
create or replace view gold.daily_intensity (
    settlement_date comment 'Day in Great Britain',
    half_hours_expected comment 'Half hours of that day: 48, or 46 or 50 where clocks change',
    half_hours_present comment 'Half hours of which a value is known',
    mean_gco2_per_kwh comment 'Mean intensity of those, grams of CO2 per kWh, not rounded',
    minimum_gco2_per_kwh comment 'Lowest of them',
    maximum_gco2_per_kwh comment 'Highest of them'
)
copy grants
comment = 'Carbon intensity of Great Britain, one row a day'
as

with days as (

    select
        settlement_date,
        count(intensity_gco2_per_kwh) as half_hours_present,
        avg(intensity_gco2_per_kwh) as mean_gco2_per_kwh,
        min(intensity_gco2_per_kwh) as minimum_gco2_per_kwh,
        max(intensity_gco2_per_kwh) as maximum_gco2_per_kwh
    from silver.newest_national_intensity
    group by settlement_date

),

final as (

    select
        settlement_date,
        (
            datediff(
                'minute',
                convert_timezone('Europe/London', 'UTC', settlement_date::timestamp_ntz),
                convert_timezone(
                    'Europe/London', 'UTC', dateadd('day', 1, settlement_date)::timestamp_ntz
                )
            ) / 30
        )::number(2, 0) as half_hours_expected,
        half_hours_present::number(2, 0) as half_hours_present,
        mean_gco2_per_kwh::float as mean_gco2_per_kwh,
        minimum_gco2_per_kwh,
        maximum_gco2_per_kwh
    from days

)

select * from final;
