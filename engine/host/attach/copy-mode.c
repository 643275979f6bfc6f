/* Modes as chmod(1) takes them: octal digits, or clauses such as u=rwX,go-w. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "copy.h"

/* Bits of one class (0 user, 1 group, 2 others) for a permission letter. */
static mode_t bits_of(char letter, int class, mode_t now)
{
	int shift = 6 - 3 * class;

	switch (letter) {
	case 'r':
		return (mode_t)(4 << shift);
	case 'w':
		return (mode_t)(2 << shift);
	case 'x':
		return (mode_t)(1 << shift);
	case 'X':
		return S_ISDIR(now) || (now & 0111) ? (mode_t)(1 << shift) : 0;
	case 's':
		return class == 0 ? S_ISUID : class == 1 ? S_ISGID : 0;
	case 't':
		return class == 2 ? S_ISVTX : 0;
	case 'u':
		return ((now >> 6) & 7) << shift;
	case 'g':
		return ((now >> 3) & 7) << shift;
	case 'o':
		return (now & 7) << shift;
	default:
		return 0;
	}
}

int changed_mode(const char *spec, mode_t mode)
{
	char *end;
	long octal = strtol(spec, &end, 8);

	if (*spec && *end == '\0')
		return octal < 0 || octal > 07777 ? -1 : (int)octal;
	while (*spec) {
		int who[3] = { 0, 0, 0 };

		for (; *spec && strchr("ugoa", *spec); spec++) {
			who[0] |= *spec == 'u' || *spec == 'a';
			who[1] |= *spec == 'g' || *spec == 'a';
			who[2] |= *spec == 'o' || *spec == 'a';
		}
		if (!who[0] && !who[1] && !who[2])
			who[0] = who[1] = who[2] = 1;
		if (!*spec || !strchr("+-=", *spec))
			return -1;
		while (*spec && strchr("+-=", *spec)) {
			char how = *spec++;
			mode_t bits = 0, mask = 0;

			for (; *spec && strchr("rwxXstugo", *spec); spec++)
				for (int class = 0; class < 3; class++)
					if (who[class])
						bits |= bits_of(*spec, class, mode);
			for (int class = 0; class < 3; class++)
				if (who[class])
					mask |= (mode_t)(7 << (6 - 3 * class)) | bits_of('s', class, mode);
			if (how == '=')
				mode &= ~mask;
			mode = how == '-' ? mode & ~bits : mode | bits;
		}
		if (*spec && *spec++ != ',')
			return -1;
	}
	return (int)(mode & 07777);
}
