/*-------------------------------------------------------------------------
 *
 * notifier_text.c
 *		Text that grows, UTF-8, log lines, the clock.
 *
 *-------------------------------------------------------------------------
 */
#include "notifier.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void
out_of_memory(void)
{
	(void) fputs(PROGRAM ": out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *
allocate(size_t size)
{
	void	   *memory = calloc(1, size);

	if (memory == NULL)
		out_of_memory();
	return memory;
}

char *
copy_text(const char *text)
{
	char	   *copy = strdup(text);

	if (copy == NULL)
		out_of_memory();
	return copy;
}

void
buffer_add(Buffer *buffer, const char *data, size_t length)
{
	if (buffer->size - buffer->length <= length)
	{
		size_t		size = (buffer->length + length + 1) * 2;
		char	   *grown = realloc(buffer->data, size);

		if (grown == NULL)
			out_of_memory();
		buffer->data = grown;
		buffer->size = size;
	}
	memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void
buffer_text(Buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_char(Buffer *buffer, char c)
{
	buffer_add(buffer, &c, 1);
}

void
buffer_free(Buffer *buffer)
{
	free(buffer->data);
	memset(buffer, 0, sizeof(*buffer));
}

/*
 * Shortest forms only, no surrogates, nothing above U+10FFFF: what the server
 * itself takes for UTF-8.  A database in SQL_ASCII may hold anything.
 */
int
utf8_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *) text;
	unsigned char low = 0x80;
	unsigned char high = 0xBF;
	int			length;

	if (byte[0] == 0)
		return 0;
	if (byte[0] < 0x80)
		return 1;
	if (byte[0] < 0xC2 || byte[0] > 0xF4)
		return 0;
	length = byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
	if (byte[0] == 0xE0)
		low = 0xA0;
	else if (byte[0] == 0xED)
		high = 0x9F;
	else if (byte[0] == 0xF0)
		low = 0x90;
	else if (byte[0] == 0xF4)
		high = 0x8F;
	if (byte[1] < low || byte[1] > high)
		return 0;
	for (int i = 2; i < length; i++)
		if (byte[i] < 0x80 || byte[i] > 0xBF)
			return 0;
	return length;
}

/* One plain line on standard error, written at once: several notifiers may share it. */
void
complain(const char *format,...)
{
	char		line[1024];
	char	   *end;
	va_list		arguments;
	int			start = snprintf(line, sizeof(line), "%s: ", PROGRAM);

	va_start(arguments, format);
	(void) vsnprintf(line + start, sizeof(line) - start - 1, format, arguments);
	va_end(arguments);
	end = line + start + strcspn(line + start, "\r\n");
	end[0] = '\n';
	end[1] = '\0';
	(void) fputs(line, stderr);
}

int64_t
milliseconds(void)
{
	struct timespec now;

	(void) clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
