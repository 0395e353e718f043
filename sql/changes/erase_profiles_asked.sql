-- When a customer's profile was asked for, for good; gives a row for each row.
delete from profiles_asked
where profiles_asked.customer_key = cast(:customer_key as uuid)
returning 1 as gone
