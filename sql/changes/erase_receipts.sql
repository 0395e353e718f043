-- What a channel said of deliveries to a customer, for good; gives a row for each row.
delete from receipts
where receipts.customer_key = cast(:customer_key as uuid)
returning 1 as gone
