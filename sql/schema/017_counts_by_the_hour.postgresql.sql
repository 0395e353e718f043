-- What DuckDB finds by scanning, Postgres finds by these.
create index quarter_counts_quarter on quarter_counts (quarter);
-- Who was first seen in a week.
create index customers_first_seen on customers (first_event_at, customer_key);
-- What failed in a period, and for whom, without a look at the messages themselves.
create index messages_failed_counted on messages (sent_at) include (customer_key, channel, language)
where sender = 'user' and countable and understood = false;
