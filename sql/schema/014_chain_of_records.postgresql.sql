-- Links are read in order, and looked up by the record that they stand for.
create index activity_links_number on activity_links (number);
create index activity_links_act on activity_links (act_id);
