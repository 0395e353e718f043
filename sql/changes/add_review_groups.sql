-- New groups in Review, still empty.
-- incoming: group_id uuid, kind varchar, language varchar, by_hand boolean
insert into review_groups (group_id, kind, language, state, by_hand, founded_at, messages, utterances, customers, first_at, last_at, cost)
select
    incoming.group_id,
    incoming.kind,
    incoming.language,
    'new',
    incoming.by_hand,
    cast(:now as timestamp),
    0,
    0,
    0,
    cast(:now as timestamp),
    cast(:now as timestamp),
    0
from incoming
where not exists (
    select 1
    from review_groups
    where review_groups.group_id = incoming.group_id
)
