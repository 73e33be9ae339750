-- Lists the answers of one family in the range, for the steps that read them.
delete from bronze.record_to_read;

insert into bronze.record_to_read (partition_id, log_offset)
select
    partition_id,
    log_offset
from silver.poll
where
    partition_id = :partition_id
    and log_offset between :start_offset and :end_offset
    and family = :family
    and outcome = 'ok';
