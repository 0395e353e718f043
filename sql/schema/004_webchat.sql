-- Who came through the widget: each visitor is a customer of webchat, and the browser that holds the secret is theirs.

-- Of the secret only its hash is kept. ``site`` is the website they came from, '' for a page of this server; ``verified``
-- whether it has signed what it states about them. heard_at is written when they come and go, not at every sign of life.
create table visitors (
    customer_key uuid primary key,
    secret_hash varchar not null,
    site varchar not null,
    opened_at timestamp not null,
    verified boolean not null,
    heard_at timestamp not null,
    hidden_since timestamp,
    left_at timestamp
);
