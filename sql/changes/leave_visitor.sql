-- A visitor has closed the page.
update visitors set
    heard_at = cast(:now as timestamp),
    left_at = cast(:now as timestamp),
    hidden_since = null
where visitors.customer_key = cast(:customer_key as uuid)
