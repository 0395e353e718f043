-- What agents answered to a customer, for good; gives a row for each row.
delete from outbox
where outbox.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(outbox.customer_key as varchar) as customer_key
