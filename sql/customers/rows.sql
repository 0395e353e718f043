-- What the list shows of some customers, by their keys.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    customers.status as status,
    customers.language as language,
    customers.last_message_at as last_message_at,
    customers.last_user_at as last_user_at,
    customers.muted_until as muted_until,
    customers.muted_by as muted_by,
    customers.need_help_since as need_help_since,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.photo_url as photo_url,
    people.last_text as last_text,
    people.last_sender as last_sender
from customers
join people on people.customer_key = customers.customer_key
where customers.customer_key = any(cast(:keys as uuid[]))
  and people.customer_key = any(cast(:keys as uuid[]))
