-- Customers who have written lately and whose profile was not asked for, or not for too long; the latest first.
select
    cast(customers.customer_key as varchar) as customer_key,
    people.customer_id as customer_id
from customers
join people on people.customer_key = customers.customer_key
left join profiles_asked on profiles_asked.customer_key = customers.customer_key
where customers.channel = 'messenger'
  and customers.last_user_at >= cast(:since as timestamp)
  and (profiles_asked.due_at is null or profiles_asked.due_at <= cast(:now as timestamp))
order by customers.last_user_at desc
limit :limit
