/*-------------------------------------------------------------------------
 *
 * keyring_rules.c
 *		Purposes of keys, and how a root key is written.
 *
 * Pure: no memory, no locks, no errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keyring/keys.h"

#define AG_PURPOSE(symbol, code, name) [AG_PURPOSE_##symbol] = (name),
static const char *const purpose_names[AG_PURPOSE_COUNT] = {AG_PURPOSE_LIST};
#undef AG_PURPOSE

const char *
ag_purpose_name(AgPurpose purpose)
{
	return purpose_names[purpose];
}

AgPurpose
ag_purpose_find(const char *name)
{
	for (int i = 0; i < AG_PURPOSE_COUNT; i++)
		if (strcmp(purpose_names[i], name) == 0)
			return (AgPurpose) i;
	return AG_PURPOSE_COUNT;
}

/* A version in front of a colon; 0 if that is not what stands there. */
static int32
parse_version(const uint8 *text, Size length, Size *used)
{
	int32		version = 0;
	Size		i = 0;

	while (i < length && i < 9 && text[i] >= '0' && text[i] <= '9')
		version = version * 10 + (text[i++] - '0');
	if (i == 0 || text[0] == '0' || i == length || text[i] != ':')
		return 0;
	*used = i + 1;
	return version;
}

static bool
all_zero(const uint8 *key)
{
	static const uint8 zero[AG_KEY_SIZE];

	return ag_equal(key, zero, AG_KEY_SIZE);
}

/*
 * Root keys out of the bytes of a file: 32 raw bytes, which are version 1, or lines
 * "version:64 hexadecimal digits", newest first.  Returns how many there are, -1
 * with a problem, in words without any of the bytes, if that is not what it is.
 */
int
ag_root_parse(const uint8 *text, Size length, int32 *versions, uint8 *keys, const char **problem)
{
	int			count = 0;
	Size		at = 0;

	if (length == AG_KEY_SIZE)
	{
		versions[0] = 1;
		memcpy(keys, text, AG_KEY_SIZE);
		count = 1;
		at = length;
	}
	while (at < length)
	{
		Size		used = 0;
		int32		version = parse_version(text +at, length - at, &used);

		*problem = "a line is not of the form version:64 hexadecimal digits";
		if (version == 0 || length - at - used < 2 * AG_KEY_SIZE)
			return -1;
		if (count == AG_ROOTS_MAX)
		{
			*problem = "there are too many lines";
			return -1;
		}
		if (!ag_hex_decode(keys + count * AG_KEY_SIZE, AG_KEY_SIZE, (const char *) text +at + used))
			return -1;
		at += used + 2 * AG_KEY_SIZE;
		if (at < length && text[at++] != '\n')
			return -1;
		if (count > 0 && versions[count - 1] <= version)
		{
			*problem = "the versions do not descend from line to line";
			return -1;
		}
		versions[count++] = version;
	}
	*problem = "it is empty";
	if (count == 0)
		return -1;
	*problem = "a key is all zeros";
	for (int i = 0; i < count; i++)
		if (all_zero(keys + i * AG_KEY_SIZE))
			return -1;
	*problem = NULL;
	return count;
}
