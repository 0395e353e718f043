-- From where trainers moved what a customer said, for good; gives a row for each row.
delete from review_moves
where review_moves.customer_key = cast(:customer_key as uuid)
returning 1 as gone
