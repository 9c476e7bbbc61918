CREATE TRIGGER acctguard_changed
AFTER INSERT OR UPDATE ON acctguard.standing
FOR EACH ROW EXECUTE FUNCTION acctguard.standing_changed();

CREATE TRIGGER acctguard_changed
AFTER INSERT OR UPDATE OR DELETE ON acctguard.scope_freeze
FOR EACH ROW EXECUTE FUNCTION acctguard.scope_gate();
