/*-------------------------------------------------------------------------
 *
 * shmem.c
 *		Shared memory of the library, where the server has preloaded it.
 *
 * A module declares an area with its size and how it begins; here the areas are
 * asked for and attached.  Without shared_preload_libraries, area stays NULL and
 * the module does without.  After a crash of a backend the server makes all areas
 * anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/guc.h"

static AgShmem *areas = NULL;
static shmem_request_hook_type previous_request = NULL;
static shmem_startup_hook_type previous_startup = NULL;

/* Declare an area; called while the library is loaded. */
void
ag_shmem_register(AgShmem *shmem)
{
	shmem->next = areas;
	areas = shmem;
}

/* What needs shared memory is refused without it, with the line that is missing. */
void
ag_shmem_refuse(const char *why)
{
	const char *others = GetConfigOption("shared_preload_libraries", true, false);

	ereport(ERROR, ag_errcode(AG_ERR_NOT_PRELOADED), errmsg("%s, and the library is not preloaded", why),
			errhint("Put shared_preload_libraries = '%s%sacctguard' into postgresql.conf and restart the server.",
					others == NULL ? "" : others, others == NULL || others[0] == '\0' ? "" : ", "));
}

static void
request_areas(void)
{
	if (previous_request)
		previous_request();
	for (AgShmem *shmem = areas; shmem != NULL; shmem = shmem->next)
	{
		RequestAddinShmemSpace(shmem->size());
		RequestNamedLWLockTranche(shmem->name, 1);
	}
}

static void
attach_areas(void)
{
	if (previous_startup)
		previous_startup();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (AgShmem *shmem = areas; shmem != NULL; shmem = shmem->next)
	{
		bool		found;

		shmem->area = ShmemInitStruct(shmem->name, shmem->size(), &found);
		shmem->lock = &GetNamedLWLockTranche(shmem->name)->lock;
		if (!found)
			shmem->begin(shmem->area);
	}
	LWLockRelease(AddinShmemInitLock);
}

void
ag_shmem_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_request = shmem_request_hook;
	shmem_request_hook = request_areas;
	previous_startup = shmem_startup_hook;
	shmem_startup_hook = attach_areas;
}
