-- The keys of the picked conversations that come before a place in the order, the nearest first.
select
    cast(keys.customer_key as varchar) as customer_key,
    keys.last_message_at as last_message_at
from (
    select
        picked.customer_key as customer_key,
        picked.last_message_at as last_message_at
    from picked
    where picked.last_message_at >= cast(:place_at as timestamp)
      and (picked.last_message_at > cast(:place_at as timestamp) or picked.customer_key > cast(:place_key as uuid))
    order by
        picked.last_message_at,
        picked.customer_key
    limit :many
    offset :skip
) as keys
order by
    keys.last_message_at,
    keys.customer_key
