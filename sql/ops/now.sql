-- Grain:    one row
-- Source:   the warehouse's clock; tests put a standing one in its place
-- Read by:  gold.intensity_now, gold.pipeline_health
create or replace view ops.now (
    now_at comment 'The moment of the query, UTC'
)
copy grants
comment = 'The moment of the query'
as
select sysdate() as now_at;
