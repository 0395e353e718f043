-- Who a customer is, for good; gives a row for each row.
delete from people
where people.customer_key = cast(:customer_key as uuid)
returning 1 as gone
