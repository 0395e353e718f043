-- The standing of a conversation, for good; gives a row for each row.
delete from customers
where customers.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(customers.customer_key as varchar) as customer_key
