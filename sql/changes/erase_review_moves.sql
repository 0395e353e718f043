-- From where trainers moved what a customer said, for good; gives a row for each row.
delete from review_moves
where review_moves.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning cast(review_moves.customer_key as varchar) as customer_key
