/*-------------------------------------------------------------------------
 *
 * number_parse.h
 *		libphonenumber, behind functions that C can call.
 *
 * Known to C and to C++, so it includes nothing of PostgreSQL.  No function throws,
 * takes memory that it does not give back, or calls anything of the server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef AG_NUMBER_PARSE_H
#define AG_NUMBER_PARSE_H

#ifdef __cplusplus
extern "C"
{
#endif

/* A canonical number: +, 1 to 15 digits, and the terminating zero. */
#define AG_E164_SIZE 17

	typedef enum AgParseResult
	{
		AG_PARSE_OK,
		AG_PARSE_INVALID,		/* it cannot be a number */
		AG_PARSE_FAILED			/* the library failed, as when memory is short */
	}			AgParseResult;

/*
 * The canonical form of ASCII digits, with a + in front or else written as in region
 * (two capital letters; NULL = none).  Also the calling code of its country.
 */
	extern AgParseResult ag_parse_number(const char *digits, const char *region, char e164[AG_E164_SIZE],
										 int *country);

/* The calling code of a region, 0 = there is no such region. */
	extern int	ag_parse_region(const char *region);

/* Read the metadata now, so that processes forked later have it; 0 = failed. */
	extern int	ag_parse_load(void);

#ifdef __cplusplus
}
#endif

#endif							/* AG_NUMBER_PARSE_H */
