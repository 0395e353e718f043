-- That one customer has a session of the webchat, and when they were last there.
select
    cast(visitors.customer_key as varchar) as customer_key,
    visitors.secret_hash as secret_hash,
    visitors.site as site,
    visitors.opened_at as opened_at,
    visitors.verified as verified,
    visitors.heard_at as heard_at,
    visitors.hidden_since as hidden_since,
    visitors.left_at as left_at
from visitors
where visitors.customer_key = cast(:customer_key as uuid)
