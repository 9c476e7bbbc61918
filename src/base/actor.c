/*-------------------------------------------------------------------------
 *
 * actor.c
 *		Who is acting: the session's role, the person, the roles held.
 *
 * acting_as() names a person for the rest of the transaction.  The name lives in
 * this file and not in a setting, so nobody can SET it and a connection pooler
 * cannot leak it: it ends with the transaction, and a rolled-back savepoint takes
 * it back.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/memutils.h"

typedef struct ActingAs
{
	AgXactEntry entry;
	const char *person;
	const char *reason;
} ActingAs;

static AgXactStack acting_as;

/* In the order of the bits of AgRole. */
static const char *const role_names[AG_ROLE_COUNT] = {
	"app", "notifier", "risk", "moderator", "reviewer",
	"compliance", "auditor", "operator", "delegate"
};

/* The mask of acctguard's roles that a login role holds. */
static uint32
roles_of(Oid user_id)
{
	uint32		roles = 0;

	for (int i = 0; i < AG_ROLE_COUNT; i++)
	{
		char		name[NAMEDATALEN];
		Oid			role_id;

		snprintf(name, sizeof(name), "acctguard_%s", role_names[i]);
		role_id = get_role_oid(name, true);
		if (OidIsValid(role_id) && has_privs_of_role(user_id, role_id))
			roles |= 1 << i;
	}
	return roles;
}

/* The client's address as text, NULL on a local socket. */
static char *
client_address(void)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum		address;

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	if (fcinfo->isnull)
		return NULL;
	return TextDatumGetCString(DirectFunctionCall1(network_host, address));
}

/* Who is acting in this call; palloc'd in the current memory context. */
AgActor *
ag_actor(void)
{
	AgActor    *actor = palloc0(sizeof(AgActor));
	const ActingAs *named = (const ActingAs *) acting_as.top;
	Oid			user_id = GetSessionUserId();

	actor->role = GetUserNameFromId(user_id, false);
	actor->person = actor->role;
	actor->superuser = superuser_arg(user_id);
	actor->roles = roles_of(user_id);
	if (named != NULL)
	{
		actor->person = pstrdup(named->person);
		actor->on_behalf_reason = named->reason ? pstrdup(named->reason) : NULL;
	}
	actor->address = client_address();
	if (application_name != NULL && application_name[0] != '\0')
		actor->application = application_name;
	return actor;
}

/* The role's name without its acctguard_ prefix. */
const char *
ag_role_name(AgRole role)
{
	for (int i = 0; i < AG_ROLE_COUNT; i++)
		if (role == (AgRole) (1 << i))
			return role_names[i];
	elog(ERROR, "unknown role %d", (int) role);
}

/* The application passes on what its users want; what it is told, they are told. */
bool
ag_actor_serves_user(const AgActor *actor)
{
	return (actor->roles & ~(AG_ROLE_APP | AG_ROLE_DELEGATE)) == 0;
}

/* The roles of a mask as "moderator, compliance". */
char *
ag_role_names(uint32 roles)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < AG_ROLE_COUNT; i++)
		if (roles & (1 << i))
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", role_names[i]);
	return names.data;
}

/* The mask of an array of role names; an unknown name is an error. */
uint32
ag_role_mask(ArrayType *names)
{
	uint32		roles = 0;
	ListCell   *cell;

	foreach(cell, ag_text_array_list(names))
	{
		const char *name = lfirst(cell);
		int			i;

		for (i = 0; i < AG_ROLE_COUNT; i++)
			if (strcmp(name, role_names[i]) == 0)
				break;
		if (i == AG_ROLE_COUNT)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" is not one of acctguard's roles", name));
		roles |= 1 << i;
	}
	return roles;
}

/*
 * Four-eyes rules compare names to the byte, so a name that looks like another must
 * not be taken: no blanks around it, no control characters.
 */
static void
check_person(const char *person)
{
	int			length = strlen(person);

	for (int i = 0; i < length; i++)
		if ((unsigned char) person[i] < ' ' || person[i] == 0x7f)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("person must not contain control characters"));
	if (length == 0 || person[0] == ' ' || person[length - 1] == ' ')
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("person must not begin or end with a blank"));
}

/* Speak for a person until the transaction ends.  Members of acctguard_delegate only. */
void
ag_actor_act_as(const char *person, const char *reason)
{
	ActingAs   *named;

	if (!(roles_of(GetSessionUserId()) & AG_ROLE_DELEGATE))
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("role \"%s\" may not speak for somebody else",
					   GetUserNameFromId(GetSessionUserId(), false)),
				errhint("Members of acctguard_delegate may."));
	check_person(person);
	named = ag_xact_stack_push(&acting_as, sizeof(ActingAs));
	named->person = MemoryContextStrdup(TopTransactionContext, person);
	named->reason = reason ? MemoryContextStrdup(TopTransactionContext, reason) : NULL;
}

void
ag_actor_init(void)
{
	ag_xact_stack_register(&acting_as);
}
