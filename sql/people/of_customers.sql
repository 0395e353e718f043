-- By what some customers could be recognised: what is looked for in their texts, to mask it.
-- incoming: customer_key uuid
select
    cast(people.customer_key as varchar) as customer_key,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.email as email,
    people.phone_number as phone_number
from incoming
join people on people.customer_key = incoming.customer_key
