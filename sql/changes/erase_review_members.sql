-- What a customer said that Review looks at, for good; gives a row for each row.
delete from review_members
where review_members.customer_key = cast(:customer_key as uuid)
returning 1 as gone
