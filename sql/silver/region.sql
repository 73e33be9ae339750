-- Grain:    one name that the API gives a region
-- Source:   the API's documentation and its answers, which call region 6 by three names
-- Read by:  silver.regional_observation, silver.region_name
create or replace view silver.region
copy grants
comment = 'Names of the regions: what the API says, which number that is, what is shown'
as

with final as (

    select
        region_id,
        said_name,
        iff(region_id = 6, 'North Wales & Merseyside', said_name) as region_name
    from (
        values
        (1, 'North Scotland'),
        (2, 'South Scotland'),
        (3, 'North West England'),
        (4, 'North East England'),
        (5, 'Yorkshire'),
        (6, 'North Wales & Merseyside'),
        (6, 'North Wales and Merseyside'),
        (6, 'North Wales'),
        (7, 'South Wales'),
        (8, 'West Midlands'),
        (9, 'East Midlands'),
        (10, 'East England'),
        (11, 'South West England'),
        (12, 'South England'),
        (13, 'London'),
        (14, 'South East England'),
        (15, 'England'),
        (16, 'Scotland'),
        (17, 'Wales'),
        (18, 'GB')
    ) as names (region_id, said_name)

)

select * from final;
