-- What DuckDB finds by scanning, Postgres finds by these.
create index visitors_heard on visitors (heard_at);
create index messages_webchat on messages (arrived) where source = 'webchat';
