/*-------------------------------------------------------------------------
 *
 * compat.h
 *		The only file that knows PostgreSQL's version number.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_COMPAT_H
#define AG_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "acctguard needs PostgreSQL 15 or newer"
#endif

#include "storage/proc.h"

#if PG_VERSION_NUM >= 170000
#define AG_MY_LXID (MyProc->vxid.lxid)
#else
#define AG_MY_LXID (MyProc->lxid)
#endif

/* This backend's place among MaxBackends. */
#if PG_VERSION_NUM >= 170000
#define AG_MY_BACKEND_INDEX (MyProcNumber)
#else
#define AG_MY_BACKEND_INDEX (MyBackendId - 1)
#endif

#if PG_VERSION_NUM >= 160000
#define ag_owns_relation(relation_id, role_id) \
	object_ownercheck(RelationRelationId, (relation_id), (role_id))
#else
#define ag_owns_relation(relation_id, role_id) pg_class_ownercheck((relation_id), (role_id))
#endif

/* index_beginscan() grew an instrumentation argument in 18. */
#if PG_VERSION_NUM >= 180000
#define ag_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan((heap), (index), (snapshot), NULL, (nkeys), 0)
#else
#define ag_index_beginscan(heap, index, snapshot, nkeys) \
	index_beginscan((heap), (index), (snapshot), (nkeys), 0)
#endif

/* ExecInsertIndexTuples() learned to touch only summarizing indexes in 16. */
#if PG_VERSION_NUM >= 160000
#define ag_insert_index_tuples(target, slot, estate) \
	((void) ExecInsertIndexTuples((target), (slot), (estate), false, false, NULL, NIL, false))
#else
#define ag_insert_index_tuples(target, slot, estate) \
	((void) ExecInsertIndexTuples((target), (slot), (estate), false, false, NULL, NIL))
#endif

#endif							/* AG_COMPAT_H */
