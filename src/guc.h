/*-------------------------------------------------------------------------
 *
 * guc.h
 *		Settings of this server; what is about the product is policy.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_GUC_H
#define AG_GUC_H

extern int	ag_guc_attempt_size;
extern char *ag_guc_databases;
extern int	ag_guc_filter_size;
extern char *ag_guc_product_name;
extern int	ag_guc_pwhash_memory;
extern int	ag_guc_pwhash_slots;
extern int	ag_guc_pwhash_wait;
extern char *ag_guc_root_key_command;
extern char *ag_guc_root_key_file;
extern char *ag_guc_secret_functions;
extern bool ag_guc_worker;
extern int	ag_guc_worker_batch;
extern int	ag_guc_worker_interval;

extern void ag_guc_init(void);

#endif							/* AG_GUC_H */
