-- Answers that people give again and again. They are everybody's, and about nobody.
create table canned_replies (
    canned_id varchar primary key,
    text varchar not null,
    kept_by varchar not null,
    kept_at timestamp not null
);

insert into canned_replies (canned_id, text, kept_by, kept_at) values
    ('hello', 'Hello {first_name}, I am a person and have read what you wrote. How can I help?', 'Misheard', timestamp '2026-01-01 00:00:00'),
    ('wait', 'Thank you, {first_name}. I am looking into it and will write again in a few minutes.', 'Misheard', timestamp '2026-01-01 00:00:00'),
    ('goodbye', 'I am glad that this helped. The bot takes over again from here.', 'Misheard', timestamp '2026-01-01 00:00:00');
