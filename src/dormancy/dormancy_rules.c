/*-------------------------------------------------------------------------
 *
 * dormancy_rules.c
 *		When an account is dormant, when it is protected, and what ends that.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "dormancy/dormancy.h"

/* After so long without a proof a device counts for nothing. */
#define DEVICE_FORGOTTEN (INT64CONST(400) * SECS_PER_DAY)

/* A source that does not answer may hide anything: it counts as more than nothing. */
void
ag_dormancy_judge(const AgSigns *signs, const AgEntitlements *entitlements, TimestampTz at,
				  AgDormancy *dormancy)
{
	dormancy->signs = *signs;
	dormancy->entitlements = *entitlements;
	dormancy->dormant_at = ag_time_plus(signs->seen_at, signs->floor);
	dormancy->dormant = dormancy->dormant_at <= at;
	dormancy->idle = ag_time_plus(Max(signs->seen_at, signs->used_at), signs->floor) <= at;
	dormancy->entitled = entitlements->count > 0 || entitlements->failed > 0;
	dormancy->protected = dormancy->dormant && dormancy->entitled;
}

bool
ag_dormancy_near(const AgDormancy *dormancy, int64 ahead, TimestampTz at)
{
	return !dormancy->dormant && dormancy->entitled && dormancy->dormant_at <= ag_time_plus(at, ahead);
}

/* What comes in while the account is not protected is a sign of life itself. */
bool
ag_dormancy_knew(const AgSigns *signs, const AgDevice *device)
{
	return device->first_seen_at <= signs->seen_at;
}

/*
 * A password may have leaked, a device may have been sold; both together have not.  A
 * device without a key is no more than a name that anybody can copy, and one that the
 * password itself has brought in since is no second thing.
 */
bool
ag_dormancy_opens(const AgEntry *entry)
{
	return entry->password && entry->device_signed && entry->device_older && !entry->number_only &&
		(entry->device == AG_DEVICE_ESTABLISHED || entry->device == AG_DEVICE_TRUSTED) &&
		entry->device_age <= DEVICE_FORGOTTEN;
}
