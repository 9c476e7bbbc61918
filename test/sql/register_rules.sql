-- The table of registration (PHN-04 to PHN-07, R1 to R24), as it is reviewed.
\pset format unaligned
SELECT * FROM acctguard.register_rules();
-- what registering with a number can never do: open the account that has it without being asked whose it is
SELECT rule, answer FROM acctguard.register_rules() WHERE effect LIKE 'session%' ORDER BY rule;
