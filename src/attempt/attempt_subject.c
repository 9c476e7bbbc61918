/*-------------------------------------------------------------------------
 *
 * attempt_subject.c
 *		How the subjects of attempts are written.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/socket.h>

#include "attempt/attempt.h"
#include "utils/builtins.h"
#include "utils/inet.h"

/* What a source has of the network of one customer. */
#define PREFIX_4 24
#define PREFIX_6 48

char *
ag_subject_account(int64 account_id)
{
	return psprintf(INT64_FORMAT, account_id);
}

char *
ag_subject_device(int64 account_id, const char *handle)
{
	return psprintf(INT64_FORMAT "/%s", account_id, handle);
}

char *
ag_subject_bytes(const void *data, Size length)
{
	char	   *text = palloc(length * 2 + 1);

	text[		hex_encode(data, length, text)] = '\0';
	return text;
}

/* The network of an address, in one writing however the address was written. */
static char *
network_of(const char *address, int bits_4, int bits_6)
{
	Datum		value;
	inet	   *parsed;
	int			bits;

	if (address == NULL || address[0] == '\0')
		return pstrdup("");
	value = DirectFunctionCall1(inet_in, CStringGetDatum(address));
	parsed = DatumGetInetPP(value);
	bits = Min(ip_bits(parsed), ip_family(parsed) == PGSQL_AF_INET ? bits_4 : bits_6);
	value = DirectFunctionCall2(inet_set_masklen, value, Int32GetDatum(bits));
	value = DirectFunctionCall1(network_network, value);
	return TextDatumGetCString(bits == ip_maxbits(parsed) ? DirectFunctionCall1(network_host, value) :
							   DirectFunctionCall1(network_show, value));
}

char *
ag_subject_source(const char *address)
{
	return network_of(address, 32, 128);
}

char *
ag_subject_prefix(const char *address)
{
	return network_of(address, PREFIX_4, PREFIX_6);
}
