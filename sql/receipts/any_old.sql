-- Whether a receipt has been kept for too long.
select 1 as old
from receipts
where receipts.up_to < cast(:before as timestamp)
limit 1
