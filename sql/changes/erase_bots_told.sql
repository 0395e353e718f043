-- What a bot was told about a customer, for good; gives a row for each row.
delete from bots_told
where bots_told.customer_key = cast(:customer_key as uuid)
returning 1 as gone
