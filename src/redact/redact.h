/*-------------------------------------------------------------------------
 *
 * redact.h
 *		Keeping secrets out of logs, statistics and the list of activities.
 *
 * Statements that call functions which take secrets are told by the functions' names
 * in their text, or by the call itself; the string literals of such a statement are
 * overwritten wherever the server shows its text, and its parameters are withheld.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_REDACT_H
#define AG_REDACT_H

#include "postgres.h"

/*
 * Every SQL function of schema acctguard that takes a secret: something that only its
 * owner, or he and a reviewer, may read.  test/sql/redact.sql finds what is missing.
 */
#define AG_SECRET_FUNCTIONS \
	"account_return", "appeal_ask", "appeal_attach", "appeal_attach_append", "appeal_attach_begin", \
	"appeal_attach_finish", "appeal_decide", "appeal_open_review", "appeal_refuse_sign", \
	"appeal_reopen", "appeal_revoke_claim", "appeal_status", "appeal_submit", "appeal_supplement", \
	"appeal_withdraw", "code_send", "code_verify", "contact_add", "contact_verify_commit", \
	"device_disown", "device_kick", "device_trust", "notice_failed", "number_canonical", "number_event", \
	"number_import", "number_reconfirm", "number_reconfirm_begin", "password_block_add", \
	"password_change", "password_set", \
	"register_answer", "register_begin", "register_commit", "register_hold_object", "register_question", \
	"session_bind", "session_check", "session_refresh", "session_revoke", "session_revoke_others", \
	"session_step_up", "tombstone_find", "rebind_begin", "rebind_commit", "rebind_settle", \
	"trusted_number_add", "trusted_number_confirm", "trusted_number_remove", "unbind_cancel", \
	"unbind_object", "unbind_request"

/*
 * redact_rules.c: reading SQL text.  Pure.
 */
#define AG_WORD_SIZE 64			/* longest name and its end */

/*
 * The next identifier or keyword of a text outside of literals and comments, or inside
 * too; in lower case unless it is quoted.  Moves *at behind it; false at the end.
 */
extern bool ag_redact_word(const char **at, char *word);

/* A name right behind *at, quoted or not, after blanks and comments; as ag_redact_word(). */
extern bool ag_redact_name(const char **at, char *name);

/*
 * Overwrite what string literals and names in double quotes contain, from here to the
 * end, but for names that keep() wants kept; the text stays as long as it is.
 */
extern void ag_redact_mask(char *text, bool backslashes, bool (*keep) (const char *name));

/*
 * redact.c
 */
extern const char *ag_secret_function(int n);	/* NULL = no more */
extern void ag_redact_init(void);

#endif							/* AG_REDACT_H */
