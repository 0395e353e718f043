-- Decided utterances to be exported: those that were not yet, or all of some groups or of one earlier export.
select
    cast(review_members.utterance as varchar) as utterance,
    cast(review_members.customer_key as varchar) as customer_key,
    review_members.event_key as event_key,
    review_members.text as text,
    review_members.normal as normal,
    review_members.language as language,
    cast(review_members.group_id as varchar) as group_id,
    review_groups.outcome as outcome,
    review_groups.intent as intent,
    people.customer_id as customer_id,
    people.first_name as first_name,
    people.last_name as last_name,
    people.email as email,
    people.phone_number as phone_number
from review_groups
join review_members on review_members.group_id = review_groups.group_id
left join people on people.customer_key = review_members.customer_key
where review_groups.intent is not null
  and review_groups.state in ('pending', 'resolved', 'new')
  and (cast(:keys as uuid[]) is null or review_groups.group_id = any(cast(:keys as uuid[])))
  and (cast(:export_id as uuid) is null or review_members.export_id = cast(:export_id as uuid))
  and (cast(:again as boolean) or review_members.exported_at is null)
order by
    review_groups.intent,
    review_members.language,
    review_members.typicality desc,
    review_members.utterance,
    review_members.event_key
