-- A customer's session of the webchat, for good; gives a row for each row.
delete from visitors
where visitors.customer_key = cast(:customer_key as uuid)
returning 1 as gone
