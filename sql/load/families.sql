-- How many answers of each family the range has that say something: a family without one
-- has no work to do. Where nothing is known of a family, a version without its tables may
-- have loaded answers of it.
select
    count_if(family = 'national') as national_count,
    count_if(family = 'regional') as regional_count,
    count_if(family = 'generation') as generation_count,
    (select count(*) from silver.regional_intensity) as known_regional_count,
    (select count(*) from silver.generation_mix) as known_generation_count
from silver.poll
where
    partition_id = :partition_id
    and log_offset between :start_offset and :end_offset
    and outcome = 'ok';
