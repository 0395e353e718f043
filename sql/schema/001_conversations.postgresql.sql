-- What DuckDB finds by scanning, Postgres finds by these.
create extension if not exists pg_trgm;
create index customers_newest on customers (last_message_at desc, customer_key desc);
create index customers_status on customers (status, last_message_at desc, customer_key desc) where status <> 'ok';
create index customers_language on customers (language, last_message_at desc, customer_key desc);
create index customers_channel on customers (channel, last_message_at desc, customer_key desc);
create index customers_search on customers using gin (search_key gin_trgm_ops);
create index customers_muted on customers (muted_until) where muted_until is not null;
create unique index messages_event on messages (event_key, source, event_id, customer_key);
create index messages_customer on messages (customer_key, sent_at);
create index messages_failed on messages (sent_at) where understood = false;
create unique index other_events_event on other_events (event_key, source, event_id, customer_key);
create index other_events_customer on other_events (customer_key);
create index mutes_customer on mutes (customer_key);
create index daily_counts_day on daily_counts (day);
create unique index customer_days_customer on customer_days (customer_key, day, language);
create index customer_days_failed on customer_days (day, channel, language) include (customer_key, eligible, not_understood);
create index activity_customer on activity (customer_key);
create index activity_newest on activity (done_at desc);
