-- Utterances moved by hand, whole: every message that says the same.
-- incoming: utterance uuid, old_group uuid, group_id uuid
update review_members set
    group_id = incoming.group_id
from incoming
where review_members.utterance = incoming.utterance
  and review_members.group_id = incoming.old_group
