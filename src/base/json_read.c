/*-------------------------------------------------------------------------
 *
 * json_read.c
 *		Reading the JSON objects that are arguments of SQL functions.
 *
 * What is read is copied into the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/base.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

/* A JSON text as an object; anything else is an error that names the argument. */
JsonbContainer *
ag_json_object(const char *text, const char *name)
{
	Jsonb	   *value = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));

	if (!JB_ROOT_IS_OBJECT(value))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("%s must be a JSON object", name));
	return &value->root;
}

JsonbValue *
ag_json_get(JsonbContainer *object, const char *key)
{
	JsonbValue *value = getKeyJsonValueFromContainer(object, key, strlen(key), NULL);

	return value == NULL || value->type == jbvNull ? NULL : value;
}

/* A key's text, NULL if it is absent; another type is an error. */
char *
ag_json_get_text(JsonbContainer *object, const char *key)
{
	JsonbValue *value = ag_json_get(object, key);

	if (value == NULL)
		return NULL;
	if (value->type != jbvString)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must be a text", key));
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* A key's truth value, false if it is absent. */
bool
ag_json_get_bool(JsonbContainer *object, const char *key)
{
	JsonbValue *value = ag_json_get(object, key);

	if (value == NULL)
		return false;
	if (value->type != jbvBool)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must be true or false", key));
	return value->val.boolean;
}

/* A key's array of texts, NIL if it is absent. */
List *
ag_json_get_texts(JsonbContainer *object, const char *key)
{
	JsonbValue *value = ag_json_get(object, key);
	List	   *list = NIL;

	if (value == NULL)
		return NIL;
	if (value->type != jbvBinary || !JsonContainerIsArray(value->val.binary.data))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("\"%s\" must be an array of texts", key));
	for (uint32 i = 0; i < JsonContainerSize(value->val.binary.data); i++)
	{
		JsonbValue *element = getIthJsonbValueFromContainer(value->val.binary.data, i);

		if (element->type != jbvString)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("\"%s\" must be an array of texts", key));
		list = lappend(list, pnstrdup(element->val.string.val, element->val.string.len));
	}
	return list;
}

/* Refuse keys nobody reads: a misspelt one must not go unnoticed. */
void
ag_json_check_keys(JsonbContainer *object, const char *name, const char *const *known, int count)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbValue	value;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		int			i;

		if (token != WJB_KEY)
			continue;
		for (i = 0; i < count; i++)
			if (value.val.string.len == (int) strlen(known[i]) &&
				strncmp(known[i], value.val.string.val, value.val.string.len) == 0)
				break;
		if (i == count)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s has no key \"%s\"", name,
						   pnstrdup(value.val.string.val, value.val.string.len)));
	}
}
