-- A customer's session of the webchat, for good; gives a row for each row.
delete from visitors
where visitors.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(visitors.customer_key as varchar) as customer_key
