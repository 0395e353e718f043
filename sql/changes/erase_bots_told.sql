-- What a bot was told about a customer, for good; gives a row for each row.
delete from bots_told
where bots_told.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(bots_told.customer_key as varchar) as customer_key
