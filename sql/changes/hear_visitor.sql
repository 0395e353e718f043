-- A visitor is there again, or has turned to or from the page.
update visitors set
    heard_at = cast(:now as timestamp),
    left_at = null,
    hidden_since = case when cast(:hidden as boolean) then coalesce(visitors.hidden_since, cast(:now as timestamp)) end
where visitors.customer_key = cast(:customer_key as uuid)
