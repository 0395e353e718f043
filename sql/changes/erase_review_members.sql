-- What a customer said that Review looks at, for good; gives a row for each row.
delete from review_members
where review_members.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(review_members.customer_key as varchar) as customer_key
