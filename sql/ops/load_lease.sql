-- Grain:    one row
-- Source:   the loader; whoever updates the row loads alone until COMMIT
-- Read by:  people who ask which load came last
create table if not exists ops.load_lease (
    load_id string comment 'The load that came last',
    taken_at timestamp_ntz comment 'When it began, UTC'
)
comment = 'One row, which loaders take in turns';

insert into ops.load_lease (load_id, taken_at)
select
    null as load_id,
    null as taken_at
where not exists (select 1 from ops.load_lease);
