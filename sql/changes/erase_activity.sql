-- What was done about a customer; the receipt of an erasure names nobody and stays. Gives the id of each record.
delete from activity
where activity.customer_key = cast(:customer_key as uuid)
returning cast(activity.act_id as varchar) as act_id
