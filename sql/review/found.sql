-- Where a search finds something in what was not understood, for a reader of masked texts: a group of which a text without anything personal has it, once and without a text; of the others each text that has it, to be looked at as it is masked.
with sought as (
    select
        review_members.group_id as group_id,
        review_members.customer_key as customer_key,
        review_members.event_key as event_key,
        review_members.text as text,
        review_members.normal as normal,
        (
            position('@' in review_members.normal) > 0
            or length(review_members.text) > cast(:longest as bigint)
            or length(regexp_replace(review_members.normal, cast(:no_digit as varchar), '', 'g')) >= cast(:digits as bigint)
        ) as numbered
    from review_members
    where review_members.kind = cast(:kind as varchar)
      and review_members.group_id is not null
      and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
      and (cast(:since as timestamp) is null or review_members.sent_at >= cast(:since as timestamp))
      and (cast(:until as timestamp) is null or review_members.sent_at < cast(:until as timestamp))
      and (cast(:masks as boolean) or review_members.normal like cast(:text_like as varchar) escape '!')
),
whose as (
    select distinct sought.customer_key as customer_key
    from sought
    where not sought.numbered
),
parts as (
    select
        customers.customer_key as customer_key,
        unnest(regexp_split_to_array(customers.search_key, '\s+')) as part
    from whose
    join customers on customers.customer_key = whose.customer_key
),
named as (
    select distinct
        sought.customer_key as customer_key,
        sought.event_key as event_key
    from sought
    join parts on parts.customer_key = sought.customer_key
    where not sought.numbered
      and length(parts.part) > 1
      and position(parts.part in sought.normal) > 0
),
-- Whatever masking.py could find is in one that is personal; that one is does not say that it finds something.
looked_at as (
    select
        sought.group_id as group_id,
        sought.customer_key as customer_key,
        sought.text as text,
        sought.normal as normal,
        (sought.numbered or named.event_key is not null) as personal
    from sought
    left join named on named.customer_key = sought.customer_key and named.event_key = sought.event_key
),
openly as (
    select looked_at.group_id as group_id
    from looked_at
    where not looked_at.personal
      and (not cast(:masks as boolean) or looked_at.normal like cast(:text_like as varchar) escape '!')
    group by looked_at.group_id
)
select
    cast(openly.group_id as varchar) as group_id,
    null as customer_key,
    null as text,
    null as customer_id,
    null as first_name,
    null as last_name,
    null as email,
    null as phone_number
from openly
union all
select
    cast(looked_at.group_id as varchar) as group_id,
    cast(looked_at.customer_key as varchar) as customer_key,
    looked_at.text as text,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.email as email,
    people.phone_number as phone_number
from looked_at
left join people on people.customer_key = looked_at.customer_key
left join openly on openly.group_id = looked_at.group_id
where looked_at.personal
  and openly.group_id is null
