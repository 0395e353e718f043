-- Who the new customers are, as far as known.
-- incoming: customer_key uuid, customer_id varchar, first_name varchar, last_name varchar, photo_url varchar, email varchar, phone_number varchar, gtu_accepted varchar, comments varchar, further_data varchar, said_at varchar, last_text varchar, last_sender varchar, need_help_reason varchar, mute_reason varchar
insert into people (customer_key, customer_id, first_name, last_name, photo_url, email, phone_number, gtu_accepted, comments, further_data, said_at, last_text, last_sender, need_help_reason, mute_reason)
select
    customer_key,
    customer_id,
    first_name,
    last_name,
    photo_url,
    email,
    phone_number,
    gtu_accepted,
    comments,
    further_data,
    said_at,
    last_text,
    last_sender,
    need_help_reason,
    mute_reason
from incoming
order by customer_key
on conflict (customer_key) do nothing
