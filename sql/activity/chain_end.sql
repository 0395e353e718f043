-- The end of the chain of records: how many there are, and the hash of the last.
select
    activity_head.number as number,
    activity_head.hash as hash
from activity_head
