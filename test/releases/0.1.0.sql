-- Rows and host tables that acctguard 0.1.0 made. The tables are there when this is run.
INSERT INTO acctguard.account VALUES (1, 'active', NULL, 'en', 'UTC', 'basic', NULL, NULL, 0, false, NULL, 3, 1, 1, 0, -1, NULL, '2026-11-22 01:20:58.527635+00', '2026-11-22 01:20:58.527635+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO acctguard.account VALUES (2, 'active', NULL, 'en', 'UTC', 'basic', NULL, NULL, 0, false, NULL, 3, 1, 0, 0, -1, NULL, '2026-11-22 01:20:58.538006+00', '2026-11-22 01:20:58.538006+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO acctguard.freeze_record VALUES (1, 1, '5f5b024b-7ab4-41a0-925a-e00ca2872f97', 'feature_freeze', 1, 'violation.spam', 1, 1, '2026-11-22 01:20:58.544454+00', NULL, '2026-11-22 01:20:58.544454+00', 'postgres', 'postgres', false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL, '2026-11-22 01:20:58.544454+00');
INSERT INTO acctguard.freeze_record VALUES (2, 1, '1cd34dbd-9d24-4146-80cc-e21469f2b998', 'temp_restrict', 1, 'security.odd_login', 1, 1, '2026-11-22 01:20:58.550679+00', '2026-11-23 01:20:58.550679+00', '2026-11-22 01:20:58.550679+00', 'postgres', 'postgres', false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, '2026-11-22 01:20:58.553601+00', 'lifted', 'postgres', 'postgres', 'was the owner', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL, '2026-11-22 01:20:58.553601+00');
INSERT INTO acctguard.freeze_version VALUES (1, 1, 1, false, '2026-11-22 01:20:58.544454+00', 'postgres', 'postgres', NULL, '2026-11-22 01:20:58.544454+00', NULL, 4194544, NULL, '{reason,facts}', 'sent one message to 900 strangers', NULL, NULL, NULL, NULL, NULL, false, false, 'own_initiative', 'violation', '{}', '{}', 'en', NULL);
INSERT INTO acctguard.freeze_version VALUES (2, 1, 1, false, '2026-11-22 01:20:58.550679+00', 'postgres', 'postgres', NULL, '2026-11-22 01:20:58.550679+00', '2026-11-23 01:20:58.550679+00', 9, NULL, '{reason,facts}', 'login from another continent', NULL, NULL, NULL, NULL, NULL, false, false, 'own_initiative', 'security', '{}', '{}', 'en', NULL);
INSERT INTO acctguard.standing VALUES (1, 1, 'f', 4194544, 0, 0, '2026-11-22 01:20:58.544454+00', NULL, NULL);
INSERT INTO acctguard.standing VALUES (2, 1, 'p', 403726925824, 0, 0, '2026-11-22 01:20:58.553601+00', '2026-11-25 01:20:58.553601+00', NULL);
INSERT INTO acctguard.strike VALUES (1, 1, 1, 'violation.spam', 'violation', 1, NULL, NULL, NULL, '2026-11-22 01:20:58.544454+00', '2027-02-20 01:20:58.544454+00', NULL, NULL, NULL, NULL, 1, NULL, 'postgres', 'postgres');
CREATE TABLE public.message (
    sender bigint,
    body text
);
CREATE TABLE public.users (
    id bigint NOT NULL
);
INSERT INTO public.users VALUES (1);
INSERT INTO public.users VALUES (2);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE TRIGGER acctguard_follow AFTER INSERT OR UPDATE OF id ON public.users FOR EACH ROW EXECUTE FUNCTION acctguard.account_follow();
ALTER TABLE public.users ENABLE ALWAYS TRIGGER acctguard_follow;
CREATE TRIGGER "~acctguard_sender_msg.send.direct" BEFORE INSERT OR UPDATE OF sender ON public.message FOR EACH ROW EXECUTE FUNCTION acctguard.guard_check('~acctguard_sender_msg.send.direct', 'msg.send.direct', 'insert,reassign', 'commit', 'before', 'allow', 'refuse');
ALTER TABLE public.message ENABLE ALWAYS TRIGGER "~acctguard_sender_msg.send.direct";
