-- What a channel said of deliveries to a customer, for good; gives a row for each row.
delete from receipts
where receipts.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(receipts.customer_key as varchar) as customer_key
