-- The whole history of a customer, for good; gives a row for each row.
delete from messages
where messages.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(messages.customer_key as varchar) as customer_key
