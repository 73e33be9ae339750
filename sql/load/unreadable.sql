-- How many records of the range are no Poll: they have a raw row and no silver row.
select :record_count - count(*) as unreadable_count
from bronze.record;
