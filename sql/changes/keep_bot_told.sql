-- What a bot was told of one customer, or that it could not be told and when to try again.
insert into bots_told (customer_key, told_until, attempts, due_at)
values (cast(:customer_key as uuid), cast(:told_until as timestamp), cast(:attempts as bigint), cast(:due_at as timestamp))
on conflict (customer_key) do update set
    told_until = excluded.told_until,
    attempts = excluded.attempts,
    due_at = excluded.due_at
