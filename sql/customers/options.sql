-- The channels and languages that there are, with how many conversations each.
select
    customers.channel as channel,
    customers.language as language,
    count(*) as conversations
from customers
group by
    customers.channel,
    customers.language
