-- When the bot was silent for a customer, for good; gives a row for each row.
delete from mutes
where mutes.customer_key = cast(:customer_key as uuid)
returning 1 as gone
