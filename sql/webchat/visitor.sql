-- A visitor of the webchat and how their conversation stands.
select
    cast(visitors.customer_key as varchar) as customer_key,
    visitors.secret_hash as secret_hash,
    visitors.site as site,
    visitors.opened_at as opened_at,
    visitors.verified as verified,
    visitors.heard_at as heard_at,
    visitors.hidden_since as hidden_since,
    visitors.left_at as left_at,
    customers.first_event_at as first_event_at,
    customers.message_count as message_count,
    people.customer_id as customer_id
from visitors
join customers on customers.customer_key = visitors.customer_key
join people on people.customer_key = visitors.customer_key
where visitors.customer_key = cast(:customer_key as uuid)
  and customers.customer_key = cast(:customer_key as uuid)
  and people.customer_key = cast(:customer_key as uuid)
