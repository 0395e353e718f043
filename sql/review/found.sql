-- Where a search finds something in what was not understood, for a reader of masked texts: a group of which a text without anything personal has it, once and without a text; of the others each text that has it, to be looked at as it is masked.
with sought as (
    select
        review_members.group_id as group_id,
        review_members.customer_key as customer_key,
        review_members.event_key as event_key,
        review_members.text as text,
        review_members.normal as normal,
        -- Whatever masking.py could find is among these; that something is here does not say that it finds something.
        (
            position('@' in review_members.normal) > 0
            or length(review_members.text) > cast(:longest as bigint)
            or length(regexp_replace(review_members.normal, cast(:no_digit as varchar), '', 'g')) >= cast(:digits as bigint)
            or customers.search_key is null
            or exists (
                select 1
                from unnest(regexp_split_to_array(customers.search_key, '\s+')) as parts(part)
                where length(parts.part) > 1
                  and position(parts.part in review_members.normal) > 0
            )
        ) as personal
    from review_members
    left join customers on customers.customer_key = review_members.customer_key
    where review_members.kind = cast(:kind as varchar)
      and review_members.group_id is not null
      and (cast(:channels as varchar[]) is null or review_members.channel = any(cast(:channels as varchar[])))
      and (cast(:languages as varchar[]) is null or review_members.language = any(cast(:languages as varchar[])))
      and (cast(:since as timestamp) is null or review_members.sent_at >= cast(:since as timestamp))
      and (cast(:until as timestamp) is null or review_members.sent_at < cast(:until as timestamp))
      and (cast(:masks as boolean) or review_members.normal like cast(:text_like as varchar) escape '!')
),
openly as (
    select sought.group_id as group_id
    from sought
    where not sought.personal
      and (not cast(:masks as boolean) or sought.normal like cast(:text_like as varchar) escape '!')
    group by sought.group_id
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
    cast(sought.group_id as varchar) as group_id,
    cast(sought.customer_key as varchar) as customer_key,
    sought.text as text,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.email as email,
    people.phone_number as phone_number
from sought
left join people on people.customer_key = sought.customer_key
left join openly on openly.group_id = sought.group_id
where sought.personal
  and openly.group_id is null
