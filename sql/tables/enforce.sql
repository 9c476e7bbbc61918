CREATE TRIGGER acctguard_changed
AFTER INSERT OR UPDATE ON acctguard.standing
FOR EACH ROW EXECUTE FUNCTION acctguard.standing_changed();
