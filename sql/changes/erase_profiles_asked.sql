-- When a customer's profile was asked for, for good; gives a row for each row.
delete from profiles_asked
where profiles_asked.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(profiles_asked.customer_key as varchar) as customer_key
