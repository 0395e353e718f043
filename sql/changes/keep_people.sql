-- Personal data as it is after a batch of events.
-- incoming: customer_key uuid, first_name varchar, last_name varchar, photo_url varchar, email varchar, phone_number varchar, gtu_accepted varchar, comments varchar, further_data varchar, said_at varchar, last_text varchar, last_sender varchar, need_help_reason varchar, mute_reason varchar
update people set
    first_name = incoming.first_name,
    last_name = incoming.last_name,
    photo_url = incoming.photo_url,
    email = incoming.email,
    phone_number = incoming.phone_number,
    gtu_accepted = incoming.gtu_accepted,
    comments = incoming.comments,
    further_data = incoming.further_data,
    said_at = incoming.said_at,
    last_text = incoming.last_text,
    last_sender = incoming.last_sender,
    need_help_reason = incoming.need_help_reason,
    mute_reason = incoming.mute_reason
from incoming
where people.customer_key = incoming.customer_key
