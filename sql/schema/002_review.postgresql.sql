-- What DuckDB finds by scanning, Postgres finds by these.
create index review_groups_cost on review_groups (kind, state, cost desc);
create unique index review_members_event on review_members (customer_key, event_key);
create index review_members_group on review_members (group_id, sent_at);
create index review_members_utterance on review_members (utterance);
create index review_members_time on review_members (kind, sent_at);
create index review_moves_decision on review_moves (decision_id);
create index review_moves_customer on review_moves (customer_key);
create index review_decisions_newest on review_decisions (decided_at desc);
create index review_examples_normal on review_examples (normal);
create index messages_arrived on messages (arrived);
