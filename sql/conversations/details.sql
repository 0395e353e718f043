-- One customer: who they are and how their conversation stands.
select
    cast(customers.customer_key as varchar) as customer_key,
    customers.channel as channel,
    customers.status as status,
    customers.language as language,
    customers.first_event_at as first_event_at,
    customers.last_message_at as last_message_at,
    customers.last_user_at as last_user_at,
    customers.message_count as message_count,
    customers.last_user_understood as last_user_understood,
    customers.need_help_since as need_help_since,
    customers.status_said_at as status_said_at,
    customers.muted_at as muted_at,
    customers.muted_until as muted_until,
    customers.muted_by as muted_by,
    customers.mute_said_at as mute_said_at,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.photo_url as photo_url,
    people.email as email,
    people.phone_number as phone_number,
    people.gtu_accepted as gtu_accepted,
    people.comments as comments,
    people.further_data as further_data,
    people.need_help_reason as need_help_reason,
    people.mute_reason as mute_reason
from customers
join people on people.customer_key = customers.customer_key
where customers.customer_key = cast(:customer_key as uuid)
  and people.customer_key = cast(:customer_key as uuid)
