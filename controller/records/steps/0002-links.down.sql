DROP TRIGGER ev_links;
