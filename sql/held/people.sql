-- All that is known of who a customer is.
select
    cast(people.customer_key as varchar) as customer_key,
    people.customer_id as customer_id,
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
from people
where people.customer_key = cast(:customer_key as uuid)
