-- What else came in about a customer, for good; gives a row for each row.
delete from other_events
where other_events.customer_key = cast(:customer_key as uuid)
returning 1 as gone
