-- From where some utterances are about to be moved by hand.
-- incoming: utterance uuid, old_group uuid
insert into review_moves (customer_key, event_key, decision_id, from_group)
select
    review_members.customer_key,
    review_members.event_key,
    cast(:decision_id as uuid),
    review_members.group_id
from review_members
join incoming on incoming.utterance = review_members.utterance
    and incoming.old_group = review_members.group_id
