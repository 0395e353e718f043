-- When one customer's profile was asked for at their channel.
select
    cast(profiles_asked.customer_key as varchar) as customer_key,
    profiles_asked.asked_at as asked_at,
    profiles_asked.due_at as due_at,
    profiles_asked.outcome as outcome
from profiles_asked
where profiles_asked.customer_key = cast(:customer_key as uuid)
