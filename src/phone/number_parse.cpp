/*-------------------------------------------------------------------------
 *
 * number_parse.cpp
 *		libphonenumber, behind functions that C can call.
 *
 * The only C++ of acctguard.  Nothing here calls the server, so no longjmp crosses
 * these frames; every exception ends here.  Memory is that of C++, taken and given
 * back within a call, except for the metadata and the regular expressions that
 * libphonenumber keeps for the life of the process.
 *
 * IsPossibleNumber decides, by length alone: which prefixes are in use changes from
 * year to year, and metadata ages.
 *
 *-------------------------------------------------------------------------
 */
#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

#include "phone/number_parse.h"

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace
{

/* Libphonenumber's name for "no region". */
const char *const no_region = "ZZ";

/* Countries with the shortest numbers have three digits of country code and four more. */
const std::string::size_type shortest = 1 + 7;

AgParseResult
parse(const char *digits, const char *region, char *e164, int *country)
{
	const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
	PhoneNumber number;
	std::string canonical;

	if (util.Parse(digits, region != nullptr ? region : no_region, &number) !=
		PhoneNumberUtil::NO_PARSING_ERROR)
		return AG_PARSE_INVALID;
	if (util.IsPossibleNumberWithReason(number) != PhoneNumberUtil::IS_POSSIBLE)
		return AG_PARSE_INVALID;
	util.Format(number, PhoneNumberUtil::E164, &canonical);
	if (canonical.size() < shortest || canonical.size() >= AG_E164_SIZE)
		return AG_PARSE_INVALID;
	std::memcpy(e164, canonical.c_str(), canonical.size() + 1);
	*country = number.country_code();
	return AG_PARSE_OK;
}

}								/* namespace */

extern "C" AgParseResult
ag_parse_number(const char *digits, const char *region, char e164[AG_E164_SIZE], int *country)
{
	try
	{
		return parse(digits, region, e164, country);
	}
	catch (...)
	{
		return AG_PARSE_FAILED;
	}
}

extern "C" int
ag_parse_region(const char *region)
{
	try
	{
		return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region);
	}
	catch (...)
	{
		return 0;
	}
}

extern "C" int
ag_parse_load(void)
{
	try
	{
		return PhoneNumberUtil::GetInstance() != nullptr;
	}
	catch (...)
	{
		return 0;
	}
}
