-- By what some customers could be recognised: what is looked for in their texts, to mask it.
select
    cast(people.customer_key as varchar) as customer_key,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.email as email,
    people.phone_number as phone_number
from people
where people.customer_key = any(cast(:keys as uuid[]))
