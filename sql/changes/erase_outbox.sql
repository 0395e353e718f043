-- What agents answered to a customer, for good; gives a row for each row.
delete from outbox
where outbox.customer_key = cast(:customer_key as uuid)
returning 1 as gone
