-- Who a customer is, for good; gives a row for each row.
delete from people
where people.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(people.customer_key as varchar) as customer_key
