-- How many answers of each family the range has that say something, and how many an older
-- version left unread: a family without one has no work to do.
select
    count_if(family = 'national') as national_count,
    count_if(family = 'regional') as regional_count,
    count_if(family = 'generation') as generation_count,
    (select count(unread.log_offset) from silver.unread_answer as unread) as unread_count
from silver.poll
where
    partition_id = :partition_id
    and log_offset between :start_offset and :end_offset
    and outcome = 'ok';
