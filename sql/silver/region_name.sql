-- Grain:    one region
-- Source:   silver.region
-- Read by:  gold.regional_intensity, gold.greenest_windows
create or replace view silver.region_name
copy grants
comment = 'The one name under which each region is shown'
as

with final as (

    select
        region_id,
        min(region_name) as region_name
    from silver.region
    group by region_id

)

select * from final;
