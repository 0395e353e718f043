-- The standing of one customer's conversation, as kept for the lists.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    customers.status as status,
    customers.language as language,
    customers.last_message_at as last_message_at,
    customers.muted_until as muted_until,
    customers.search_key as search_key,
    customers.first_event_at as first_event_at,
    customers.message_count as message_count,
    customers.language_at as language_at,
    customers.language_seq as language_seq,
    customers.last_user_at as last_user_at,
    customers.last_user_seq as last_user_seq,
    customers.last_user_event as last_user_event,
    customers.last_user_understood as last_user_understood,
    customers.last_message_seq as last_message_seq,
    customers.need_help_since as need_help_since,
    customers.status_said_at as status_said_at,
    customers.status_said_seq as status_said_seq,
    customers.muted_at as muted_at,
    customers.muted_by as muted_by,
    customers.mute_said_at as mute_said_at,
    customers.mute_said_seq as mute_said_seq
from customers
where customers.customer_key = cast(:customer_key as uuid)
