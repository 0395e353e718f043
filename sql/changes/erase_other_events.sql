-- What else came in about a customer, for good; gives a row for each row.
delete from other_events
where other_events.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(other_events.customer_key as varchar) as customer_key
