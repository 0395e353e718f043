-- Messages arrive nearly in the order of their time: a few kilobytes tell which part of the table a period is in.
create index messages_sent on messages using brin (sent_at);
