-- What trainers have decided already: utterances with their intents.
select
    -- Both of one message, as what is masked in it depends on who said it.
    substr(min(cast(review_members.customer_key as varchar) || review_members.text), 37) as text,
    substr(min(cast(review_members.customer_key as varchar) || review_members.text), 1, 36) as customer_key,
    min(review_members.normal) as normal,
    review_members.language as language,
    review_groups.intent as intent,
    cast(review_groups.group_id as varchar) as group_id
from review_groups
join review_members on review_members.group_id = review_groups.group_id
where review_groups.intent is not null
  and review_groups.state in ('pending', 'resolved')
group by
    review_members.utterance,
    review_members.language,
    review_groups.intent,
    review_groups.group_id
order by max(review_members.sent_at) desc
limit :many
