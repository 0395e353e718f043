-- When a trainer first opened a group or decided about it: from then on it keeps what is in it.
alter table review_groups add column seen_at timestamp;
