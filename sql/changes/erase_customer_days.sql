-- What was counted of a customer, for good; gives a row for each row.
delete from customer_days
where customer_days.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(customer_days.customer_key as varchar) as customer_key
