-- Grain:    one row, none before the first start
-- Source:   the loader; uuids of this warehouse and of the lake that it feeds on
-- Read by:  the loader, which refuses another lake; greenpulse audit
create table if not exists ops.identity (
    warehouse_id string comment 'Uuid of this warehouse',
    lake_id string comment 'Uuid of the lake, another lake is refused'
)
comment = 'Who this warehouse is, and which lake it feeds on';
