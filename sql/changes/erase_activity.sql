-- What was done about customers; the receipt of an erasure names nobody and stays. Gives the id of each record.
delete from activity
where activity.customer_key in (select unnest(cast(:customer_keys as uuid[])))
returning
    cast(activity.customer_key as varchar) as customer_key,
    cast(activity.act_id as varchar) as act_id
