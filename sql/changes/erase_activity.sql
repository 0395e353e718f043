-- What was done about a customer; the receipt of an erasure names nobody and stays. Gives a row for each row.
delete from activity
where activity.customer_key = cast(:customer_key as uuid)
returning 1 as gone
