-- What a channel has said of deliveries to one customer.
select
    receipts.state as state,
    receipts.message_id as message_id,
    receipts.up_to as up_to
from receipts
where receipts.customer_key = cast(:customer_key as uuid)
order by receipts.up_to
