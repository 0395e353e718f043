-- Conversations as they are before a batch of events, locked in one order, so that writers wait for each other and never for ever.
-- incoming: customer_key uuid
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    people.customer_id as customer_id,
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
    customers.mute_said_seq as mute_said_seq,
    people.first_name as first_name,
    people.last_name as last_name,
    people.photo_url as photo_url,
    people.email as email,
    people.phone_number as phone_number,
    people.gtu_accepted as gtu_accepted,
    people.comments as comments,
    people.further_data as further_data,
    people.said_at as said_at,
    people.last_text as last_text,
    people.last_sender as last_sender,
    people.need_help_reason as need_help_reason,
    people.mute_reason as mute_reason
from customers
join people on people.customer_key = customers.customer_key
join incoming on incoming.customer_key = customers.customer_key
order by customers.customer_key
for update of customers
