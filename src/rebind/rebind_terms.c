/*-------------------------------------------------------------------------
 *
 * rebind_terms.c
 *		What policy says about changing a number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "policy/policy.h"
#include "rebind/rebind.h"

void
ag_rebind_terms(AgRebindTerms *terms)
{
	terms->basic = ag_policy_setting(AG_SETTING_REBIND_BASIC);
	terms->day = ag_policy_setting(AG_SETTING_REBIND_DAY);
	terms->night = ag_policy_setting(AG_SETTING_REBIND_NIGHT);
	terms->unusable = ag_policy_setting(AG_SETTING_REBIND_UNUSABLE);
	terms->sim_risk = ag_policy_setting(AG_SETTING_REBIND_SIM_RISK);
	terms->special = ag_policy_setting(AG_SETTING_REBIND_SPECIAL);
	terms->trusted = ag_policy_setting(AG_SETTING_UNTRUST_DELAY);
	terms->day_from = (int) ag_policy_setting(AG_SETTING_REBIND_DAY_FROM);
	terms->day_until = (int) ag_policy_setting(AG_SETTING_REBIND_DAY_UNTIL);
}
