-- What was counted of a customer, for good; gives a row for each row.
delete from customer_days
where customer_days.customer_key = cast(:customer_key as uuid)
returning 1 as gone
