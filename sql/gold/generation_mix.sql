-- Grain:    one half hour and fuel that the API spoke of
-- Source:   silver.generation_mix
-- Read by:  dashboards
-- The newest observation of a fuel is in force, null included. Shares of a half hour add up
-- to 100 within the API's rounding, where it names all fuels.
create or replace view gold.generation_mix (
    period_start_at comment 'Start of the half hour, UTC',
    period_end_at comment 'End of the half hour, UTC',
    fuel comment 'Source of the electricity, in the API''s word: wind, gas, nuclear',
    share_percent comment 'Its share of the electricity, percent, null where not given',
    observed_at comment 'When this was said last, UTC'
)
copy grants
comment = 'What electricity was made from, one row a half hour and fuel, newest word of the API'
as

with final as (

    select
        period_start_at,
        period_end_at,
        fuel,
        share_percent,
        observed_at
    from silver.generation_mix

)

select * from final;
