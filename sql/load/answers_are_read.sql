-- Strikes the answers of one family in the range off the list of those that are unread.
delete from silver.unread_answer
where
    family = :family
    and partition_id = :partition_id
    and log_offset between :start_offset and :end_offset;
