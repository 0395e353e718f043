-- When a profile was asked for, and when to ask again.
insert into profiles_asked (customer_key, asked_at, due_at, outcome)
values (cast(:customer_key as uuid), cast(:now as timestamp), cast(:due_at as timestamp), cast(:outcome as varchar))
on conflict (customer_key) do update set
    asked_at = excluded.asked_at,
    due_at = excluded.due_at,
    outcome = excluded.outcome
