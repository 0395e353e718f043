-- When the bot was silent for a customer, for good; gives a row for each row.
delete from mutes
where mutes.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(mutes.customer_key as varchar) as customer_key
