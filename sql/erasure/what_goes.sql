-- What an erasure of this customer would take away: one row, or none if there is no such customer.
select
    customers.channel as channel,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    (
        select count(*)
        from messages
        where messages.customer_key = customers.customer_key
    ) as messages,
    (
        select min(messages.sent_at)
        from messages
        where messages.customer_key = customers.customer_key
    ) as first_at,
    (
        select max(messages.sent_at)
        from messages
        where messages.customer_key = customers.customer_key
    ) as last_at,
    (
        select count(*)
        from activity
        where activity.customer_key = customers.customer_key
    ) as acts
from customers
join people on people.customer_key = customers.customer_key
where customers.customer_key = cast(:customer_key as uuid)
