-- Grain:    one row, none before the first start
-- Source:   the loader; uuids of this warehouse and of the lake that it feeds on
-- Read by:  the loader, which refuses another lake; greenpulse audit
create table if not exists ops.identity (
    warehouse_id string,
    lake_id string
);
