-- The counts of some groups as their members are now.
-- incoming: group_id uuid
with grouped_by_customer as (
    select
        review_members.group_id as group_id,
        review_members.customer_key as customer_key,
        count(*) as messages,
        min(review_members.sent_at) as first_at,
        max(review_members.sent_at) as last_at
    from review_members
    where review_members.group_id in (select incoming.group_id from incoming)
    group by
        review_members.group_id,
        review_members.customer_key
),
latest as (
    select
        grouped_by_customer.group_id as group_id,
        max(grouped_by_customer.last_at) as last_at
    from grouped_by_customer
    group by grouped_by_customer.group_id
),
said as (
    select
        review_members.group_id as group_id,
        count(distinct review_members.utterance) as utterances
    from review_members
    where review_members.group_id in (select incoming.group_id from incoming)
    group by review_members.group_id
),
summed as (
    select
        grouped_by_customer.group_id as group_id,
        cast(sum(grouped_by_customer.messages) as bigint) as messages,
        count(*) as customers,
        min(grouped_by_customer.first_at) as first_at,
        max(latest.last_at) as last_at,
        cast(extract(epoch from max(latest.last_at)) as double precision) / 604800.0
        + ln(sum(exp(
            greatest(
                cast(extract(epoch from grouped_by_customer.last_at) as double precision)
                - cast(extract(epoch from latest.last_at) as double precision),
                -60480000.0
            ) / 604800.0 * ln(2.0)
        ))) / ln(2.0) as cost
    from grouped_by_customer
    join latest on latest.group_id = grouped_by_customer.group_id
    group by grouped_by_customer.group_id
)
update review_groups set
    messages = summed.messages,
    utterances = said.utterances,
    customers = summed.customers,
    first_at = summed.first_at,
    last_at = summed.last_at,
    cost = summed.cost
from summed
join said on said.group_id = summed.group_id
where review_groups.group_id = summed.group_id
