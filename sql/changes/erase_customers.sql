-- The standing of a conversation, for good; gives a row for each row.
delete from customers
where customers.customer_key = cast(:customer_key as uuid)
returning 1 as gone
