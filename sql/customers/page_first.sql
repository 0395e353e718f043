-- The keys of the picked conversations, newest last message first, from the newest on.
select
    cast(keys.customer_key as varchar) as customer_key,
    keys.last_message_at as last_message_at
from (
    select
        picked.customer_key as customer_key,
        picked.last_message_at as last_message_at
    from picked
    order by
        picked.last_message_at desc,
        picked.customer_key desc
    limit :many
    offset :skip
) as keys
order by
    keys.last_message_at desc,
    keys.customer_key desc
