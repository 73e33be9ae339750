-- Grain:    one row
-- Source:   the loader; whoever updates the row loads alone until COMMIT
-- Read by:  people who ask which load came last
create table if not exists ops.load_lease (
    load_id string,
    taken_at timestamp_ntz
);

insert into ops.load_lease (load_id, taken_at)
select null, null
where not exists (select 1 from ops.load_lease);
