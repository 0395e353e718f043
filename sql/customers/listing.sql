-- Everything the command line says of the picked customers, newest last message first; muted only who is muted now.
select
    cast(picked.customer_key as varchar) as customer_key,
    people.customer_id as customer_id,
    picked.channel as channel,
    picked.status as status,
    nullif(picked.language, 'und') as language,
    nullif(picked.last_message_at, timestamp '1970-01-01 00:00:00') as last_message_at,
    case when picked.muted_until > cast(:now as timestamp) then picked.muted_until end as muted_until,
    people.first_name as first_name,
    people.last_name as last_name,
    people.email as email,
    people.phone_number as phone_number,
    picked.message_count as message_count,
    picked.need_help_since as need_help_since,
    people.need_help_reason as need_help_reason
from picked
join people on people.customer_key = picked.customer_key
order by
    picked.last_message_at desc,
    picked.customer_key desc
limit cast(:many as bigint)
