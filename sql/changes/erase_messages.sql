-- The whole history of a customer, for good; gives a row for each row.
delete from messages
where messages.customer_key = cast(:customer_key as uuid)
returning 1 as gone
