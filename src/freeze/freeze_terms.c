/*-------------------------------------------------------------------------
 *
 * freeze_terms.c
 *		What a freeze denies, from when to when, and whether its kind allows that.
 *
 * Capabilities: the kind's, or those of the caller where the kind lets him choose.
 * The floor can be denied by nothing, the soft floor only by kinds that name it.
 * A freeze of everything also takes the bits of capabilities to come.
 *
 * Lengths are durations in seconds.  The kind bounds them, and the share that an
 * automated actor may decide alone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "freeze/decision.h"
#include "utils/builtins.h"

#define CAPABILITY_BITS 63
#define EVERY_BIT ((UINT64CONST(1) << CAPABILITY_BITS) - 1)

/* Every capability outside floor and soft floor that exists now. */
static uint64
all_capabilities(void)
{
	uint64		mask = 0;

	for (int bit = 0; bit < CAPABILITY_BITS; bit++)
	{
		const AgCapability *capability = ag_policy_capability(bit);

		if (capability != NULL && capability->floor == NULL)
			mask |= UINT64CONST(1) << bit;
	}
	return mask;
}

/* Does it deny everything, as a ban does?  See ag_freeze_order_mask(). */
bool
ag_freeze_is_total(const AgFreeze *freeze, const AgKind *kind)
{
	return strcmp(kind->mode, "deny") == 0 && freeze->rule == NULL &&
		(freeze->denies | ag_policy_floor() | ag_policy_soft_floor()) == EVERY_BIT;
}

/* Refuse names of the floor, and of the soft floor where the kind does not name them. */
static void
check_floor(ArrayType *names, const AgKind *kind, const AgFreezeOrder *order)
{
	ListCell   *cell;

	foreach(cell, ag_text_array_list(names))
	{
		const char *name = lfirst(cell);

		for (int bit = 0; bit < CAPABILITY_BITS; bit++)
		{
			const AgCapability *capability = ag_policy_capability(bit);

			if (capability == NULL || capability->floor == NULL ||
				strcmp(capability->name, name) != 0 || (kind->denies & (UINT64CONST(1) << bit)))
				continue;
			if (strcmp(name, "account.data_export") == 0 && order->legal_reference != NULL &&
				strcmp(kind->lift_policy, "authority") == 0)
				continue;
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("capability \"%s\" cannot be denied by kind \"%s\"", name, kind->kind),
					strcmp(capability->floor, "floor") == 0 ?
					errdetail("It belongs to the floor: no freeze can deny it.") :
					errdetail("It belongs to the soft floor: only kinds that name it can deny it."));
		}
	}
}

/*
 * Refuse what the kind does not leave to choice.  Everything is beyond the choice of
 * one person alone, whatever choices says: that is a ban.
 */
static void
check_choice(uint64 mask, uint64 all, const AgKind *kind)
{
	uint64		beyond = mask & ~(kind->choices | kind->denies | ag_policy_soft_floor());
	List	   *names = ag_text_array_list(ag_policy_mask_names(beyond));

	if (beyond != 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("freezes of kind \"%s\" cannot deny \"%s\"", kind->kind,
					   names == NIL ? "all" : (char *) linitial(names)),
				errhint("See choices of the kind."));
	if ((mask & all) == all && (kind->denies & all) != all && strcmp(kind->mode, "deny") == 0 &&
		!kind->scope && !kind->second_person)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("freezes of kind \"%s\" cannot deny everything", kind->kind),
				errhint("Choose a kind that a second person approves, such as ban."));
}

/* The mask of what an order denies; of everything, all 63 bits without floor and soft floor. */
uint64
ag_freeze_order_mask(const AgKind *kind, const AgFreezeOrder *order)
{
	uint64		mask = kind->denies;
	uint64		all = all_capabilities();

	if (order->capabilities != NULL)
	{
		check_floor(order->capabilities, kind, order);
		mask = ag_policy_mask(order->capabilities);
		if (mask == 0)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("capabilities must not be empty"));
		if (!kind->choosable && mask != kind->denies)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("freezes of kind \"%s\" deny what the kind says", kind->kind),
					errhint("Leave capabilities out, or choose a kind with choosable capabilities."));
		if (mask != kind->denies)
			check_choice(mask, all, kind);
	}
	if ((mask & all) == all)
		mask |= ag_policy_all();
	return mask;
}

static char *
seconds_text(int64 seconds)
{
	Interval	interval = {.time = seconds * USECS_PER_SEC};

	return DatumGetCString(DirectFunctionCall1(interval_out, IntervalPGetDatum(&interval)));
}

/* No decision is about times that nobody alive will see; no sum of such times overflows. */
static bool
beyond_horizon(TimestampTz time, TimestampTz at)
{
	return time != DT_NOEND && time > ag_time_plus(at, AG_LONGEST);
}

/* Refuse a length the kind does not have, and times out of reach. */
void
ag_freeze_check_length(const AgKind *kind, TimestampTz starts_at, TimestampTz ends_at,
					   TimestampTz at)
{
	int64		length = ends_at - starts_at;

	if (beyond_horizon(starts_at, at) || beyond_horizon(ends_at, at))
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("too long: a freeze starts and ends within 100 years"),
				errhint("Where the kind allows it, a freeze can do without an end: ends_at => "
						"'infinity'."));
	if (ends_at == DT_NOEND)
	{
		if (!kind->indefinite)
			ereport(ERROR, ag_errcode(AG_ERR_DURATION),
					errmsg("freezes of kind \"%s\" need an end", kind->kind),
					errdetail("Longest: %s.", seconds_text(kind->max_length)));
		return;
	}
	if (ends_at <= starts_at)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("the freeze would end before it starts"));
	if (kind->min_length >= 0 && length < kind->min_length * USECS_PER_SEC)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("too short for a freeze of kind \"%s\"", kind->kind),
				errdetail("Shortest: %s.", seconds_text(kind->min_length)));
	if (kind->max_length >= 0 && length > kind->max_length * USECS_PER_SEC)
		ereport(ERROR, ag_errcode(AG_ERR_DURATION),
				errmsg("too long for a freeze of kind \"%s\"", kind->kind),
				errdetail("Longest: %s.", seconds_text(kind->max_length)));
}

/*
 * Is a length beyond what an automated actor may decide?  Kinds without a limit for
 * him (-1) are decided by persons only, which makes a proposal of his order.
 */
static bool
beyond_automated(const AgKind *kind, TimestampTz starts_at, TimestampTz ends_at)
{
	return kind->automated_max >= 0 &&
		(ends_at == DT_NOEND || ends_at - starts_at > kind->automated_max * USECS_PER_SEC);
}

void
ag_freeze_check_automated(const AgKind *kind, TimestampTz starts_at, TimestampTz ends_at)
{
	if (beyond_automated(kind, starts_at, ends_at))
		ereport(ERROR, ag_errcode(AG_ERR_AUTOMATED_LIMIT),
				errmsg("an automated freeze of kind \"%s\" cannot be that long", kind->kind),
				errdetail("Longest: %s.", seconds_text(kind->automated_max)),
				errhint("A person has to decide it."));
}

/*
 * The start of an order.  A start since the transaction began means now, so that
 * starts_at => now() works; anything earlier is refused.
 */
static TimestampTz
order_start(const AgFreezeOrder *order, TimestampTz at)
{
	if (order->starts_at == DT_NOBEGIN || order->starts_at == at)
		return at;
	if (order->starts_at > at)
		return order->starts_at;
	if (order->starts_at < GetCurrentTransactionStartTimestamp())
		ereport(ERROR, ag_errcode(AG_ERR_START_IN_PAST),
				errmsg("a freeze cannot start in the past"),
				errhint("Leave starts_at out to start now."));
	return at;
}

/* The end of an order that starts then. */
static TimestampTz
order_end(const AgKind *kind, const AgFreezeOrder *order, TimestampTz starts_at, bool automated)
{
	int64		length = kind->default_length;

	if (order->ends_at != DT_NOBEGIN && order->length >= 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("ends_at and duration exclude each other"));
	if (order->ends_at != DT_NOBEGIN)
		return order->ends_at;
	if (order->length >= 0)
		length = order->length;
	else if (automated && kind->automated_max >= 0 &&
			 (length < 0 || length > kind->automated_max))
		length = kind->automated_max;
	return ag_time_plus(starts_at, length);
}

/* Conduct has taken place; a statement is withheld for a time, not for ever. */
static void
check_statement_times(const AgFreezeOrder *order, TimestampTz at)
{
	if (order->conduct_at != DT_NOEND && order->conduct_at > at)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("conduct_at must not lie in the future"));
	if (beyond_horizon(order->disclose_at, at))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("disclose_at must lie within 100 years"));
}

/* Fill denies, starts_at and ends_at of a new freeze from its order, whose times it checks. */
void
ag_freeze_order_terms(AgFreeze *freeze, const AgKind *kind, const AgFreezeOrder *order,
					  TimestampTz at)
{
	check_statement_times(order, at);
	freeze->denies = ag_freeze_order_mask(kind, order);
	freeze->starts_at = order_start(order, at);
	freeze->ends_at = order_end(kind, order, freeze->starts_at, freeze->automated);

	/* The ladder's steps are policy; where they exceed what may be automatic, that is the limit. */
	if (order->ladder_score > 0 &&
		beyond_automated(kind, freeze->starts_at, freeze->ends_at))
		freeze->ends_at = ag_time_plus(freeze->starts_at, kind->automated_max);

	ag_freeze_check_length(kind, freeze->starts_at, freeze->ends_at, at);
	if (freeze->automated)
		ag_freeze_check_automated(kind, freeze->starts_at, freeze->ends_at);
}
