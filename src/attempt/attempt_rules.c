/*-------------------------------------------------------------------------
 *
 * attempt_rules.c
 *		Counting attempts by a rule, and when the next one is let through.
 *
 * There are two sorts of rules.
 *
 * At most so many in any span: spans follow one another from the first attempt on, and
 * attempts of the span before count in proportion to how much of it lies within the
 * last span.  So nobody has twice as many around the border of two spans.  When the last
 * attempt is a span ago, none counts.
 *
 * Waits that grow: from the failure number waits_from on, the next attempt has to wait,
 * longer after each; at stop there is no next one.  A span without an attempt forgets
 * all of them, but not a stop.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "attempt/attempt.h"

/* A clock that is set back further than this was wrong before. */
#define SET_BACK (INT64CONST(10) * SECS_PER_MINUTE * USECS_PER_SEC)

static inline bool
grows(const AgLimitRule *rule)
{
	return rule->most == 0;
}

static inline TimestampTz
plus(TimestampTz at, int64 seconds)
{
	return ag_time_plus(at, seconds);
}

static bool
stopped(const AgLimitRule *rule, const AgCounter *counter)
{
	return grows(rule) && rule->stop > 0 && counter->count >= rule->stop;
}

/* Bring a counter up to now. */
void
ag_counter_roll(const AgLimitRule *rule, AgCounter *counter, TimestampTz at)
{
	if (counter->count == 0 && counter->previous == 0)
		return;
	if (counter->last - at > SET_BACK)
	{
		counter->since -= counter->last - at;
		counter->last = at;
	}
	if (stopped(rule, counter))
		return;
	if (at >= plus(counter->last, rule->span))
		memset(counter, 0, sizeof(AgCounter));
	else if (!grows(rule) && at >= plus(counter->since, rule->span))
	{
		counter->previous = counter->count;
		counter->count = 0;
		counter->since = plus(counter->since, rule->span);
	}
}

/* How long one has to wait after the last failure, seconds. */
static int64
wait_of(const AgLimitRule *rule, const AgCounter *counter)
{
	if (counter->count < rule->waits_from || rule->wait_count == 0)
		return 0;
	return rule->waits[Min(counter->count - rule->waits_from, rule->wait_count - 1)];
}

/*
 * When so many attempts of a span, which began at since, leave room for one more in the
 * span that follows it and has room for so many of them yet; DT_NOBEGIN = always.
 */
static TimestampTz
faded(const AgLimitRule *rule, TimestampTz since, int32 attempts, int32 room)
{
	double		span = (double) rule->span * USECS_PER_SEC;
	TimestampTz end = plus(plus(since, rule->span), rule->span);

	if (attempts <= room)
		return DT_NOBEGIN;
	return end - (int64) (span * room / attempts);
}

/*
 * When the next attempt is let through: not after at = at once, DT_NOEND = never.  The
 * counter is up to date.
 */
TimestampTz
ag_counter_ready(const AgLimitRule *rule, const AgCounter *counter, TimestampTz at)
{
	TimestampTz ready;

	if (!rule->enabled || (counter->count == 0 && counter->previous == 0))
		return at;
	if (stopped(rule, counter))
		return DT_NOEND;
	if (grows(rule))
		ready = plus(counter->last, wait_of(rule, counter));
	else if (counter->count >= rule->most)
		ready = Max(plus(counter->since, rule->span),
					faded(rule, counter->since, counter->count, rule->most - 1));
	else
		ready = faded(rule, counter->since - rule->span * USECS_PER_SEC, counter->previous,
					  rule->most - 1 - counter->count);
	if (!grows(rule))
		ready = Min(ready, plus(counter->last, rule->span));
	return Max(ready, at);
}

/* How many attempts count now; the counter is up to date. */
int32
ag_counter_attempts(const AgLimitRule *rule, const AgCounter *counter, TimestampTz at)
{
	double		left;

	if (grows(rule) || counter->previous == 0)
		return counter->count;
	left = 1 - (double) (at - counter->since) / ((double) rule->span * USECS_PER_SEC);
	return counter->count + (int32) (counter->previous * Min(Max(left, 0), 1));
}

/* One more attempt; the counter is up to date. */
void
ag_counter_add(const AgLimitRule *rule, AgCounter *counter, TimestampTz at)
{
	if (counter->count == 0 && counter->previous == 0)
		counter->since = at;
	if (counter->count < PG_INT32_MAX)
		counter->count++;
	counter->last = at;
}

/*
 * The attempt that was let through a moment ago does not count.  It was not early, so
 * nobody has to wait for what it leaves.
 */
void
ag_counter_take_back(const AgLimitRule *rule, AgCounter *counter, TimestampTz at)
{
	if (counter->count > 0)
		counter->count--;
	else if (counter->previous > 0)
		counter->previous--;
	if (counter->count == 0 && counter->previous == 0)
		memset(counter, 0, sizeof(AgCounter));
	else if (grows(rule))
		counter->last = Min(counter->last, at - wait_of(rule, counter) * USECS_PER_SEC);
}

/* From when on the counter is as good as none; 0 = it is. */
TimestampTz
ag_counter_expiry(const AgLimitRule *rule, const AgCounter *counter)
{
	if (counter->count == 0 && counter->previous == 0)
		return 0;
	if (stopped(rule, counter))
		return DT_NOEND;
	return plus(counter->last, rule->span);
}
